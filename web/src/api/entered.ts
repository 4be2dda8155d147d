/** Entered is who is signed in. `person`, null: somebody of the staff looks at the portal. */
export interface Entered {
  csrf_token: string
  person: { id: number; email: string } | null
  account?: { id: number }
}

/** `enteredAt` reads who is signed in by the address of the session; null: nobody is. The client would ask to sign in. */
export async function enteredAt(url: string): Promise<Entered | null> {
  const response = await fetch(url, { credentials: 'same-origin' })
  // An answer that nobody reads would keep its connection.
  if (!response.ok) await response.body?.cancel()
  return response.ok ? ((await response.json()) as { data: Entered }).data : null
}
