declare module '*.po?console' {
  export const messages: import('@lingui/core').Messages
}
declare module '*.po?gate' {
  export const messages: import('@lingui/core').Messages
}
declare module '*.po?portal' {
  export const messages: import('@lingui/core').Messages
}
declare module '*.po?checks' {
  export const messages: import('@lingui/core').Messages
}
declare module '*.po?events' {
  export const messages: import('@lingui/core').Messages
}
declare module '*.po?faults' {
  export const messages: import('@lingui/core').Messages
}
declare module '*.po?kinds' {
  export const messages: import('@lingui/core').Messages
}
declare module '*.po?values' {
  export const messages: import('@lingui/core').Messages
}
