import { createElement, Fragment, type ReactNode } from 'react'

/** TAGS are those that texts of services keep; of all others only what is in them is shown. No attribute is kept. */
const TAGS = new Set([
  ...['b', 'strong', 'i', 'em', 'u', 's', 'small', 'sub', 'sup', 'br', 'p', 'div', 'ul', 'ol', 'li'],
  ...['h4', 'h5', 'h6', 'blockquote', 'code', 'pre', 'hr'],
])
const VOID = new Set(['br', 'hr'])
/** SILENT are those whose content is no text. */
const SILENT = new Set(['script', 'style', 'template', 'iframe', 'object', 'noscript', 'title'])

/** `HtmlText` shows a text that may hold HTML of others: it is read, never run, and written anew from the tags that are allowed. */
export function HtmlText({ html }: { html: string }) {
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  return <>{childrenOf(body)}</>
}

const childrenOf = (node: Node): ReactNode[] =>
  [...node.childNodes].map((child, at) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the text has no other names for its parts, and they keep no state.
    return <Fragment key={at}>{shown(child)}</Fragment>
  })

function shown(node: Node): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent
  if (!(node instanceof HTMLElement)) return null
  const tag = node.tagName.toLowerCase()
  if (SILENT.has(tag)) return null
  if (!TAGS.has(tag)) return childrenOf(node)
  return VOID.has(tag) ? createElement(tag) : createElement(tag, null, ...childrenOf(node))
}
