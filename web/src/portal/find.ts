/** The key `/` leads to the field of a list that finds its things: that of the page, else that of the orders. */

let isWanted = false

/** `findHere` goes to the field of the page; false: it has none, and the next page that has one goes to it. */
export function findHere(): boolean {
  const field = document.querySelector<HTMLElement>('[data-find]')
  field?.focus()
  isWanted = field === null
  return field !== null
}

/** `goToWanted` goes to the field of a page that is being shown, where it is wanted. */
export function goToWanted(): void {
  if (isWanted) findHere()
}
