const NAME = 'letter-keys'

/** `areLettersOff`: this browser's person has switched the plain letters off as keys. */
export const areLettersOff = (): boolean => localStorage.getItem(NAME) === 'off'

export const switchLetters = (on: boolean): void => localStorage.setItem(NAME, on ? 'on' : 'off')
