import { Parser } from 'htmlparser2'

/**
 * `svgFault` says why a picture in SVG is not taken; undefined: it is. Only shapes, texts and colours are, in elements and attributes that stand
 * here by name: nothing that runs, moves, or loads something from elsewhere.
 */
export function svgFault(text: string): string | undefined {
  if (/<!(?!--)|<\?(?!xml\s)/i.test(text)) return 'must hold no DOCTYPE and no processing instruction'
  const state = { faults: [] as string[], elements: 0 }
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (state.elements === 0 && name !== 'svg') state.faults.push('must be an SVG picture')
        if (++state.elements > MAX_ELEMENTS)
          state.faults.push(`must not have more than ${MAX_ELEMENTS} elements`)
        if (!ELEMENTS.has(name))
          state.faults.push(`must not hold the element ${JSON.stringify(name.slice(0, 40))}`)
        for (const [key, value] of Object.entries(attributes)) {
          const wrong = attributeFault(key, value)
          if (wrong !== undefined) state.faults.push(wrong)
        }
      },
      onclosetag(_name, isImplied) {
        // What closes itself is implied, too.
        const closesItself = text.slice(parser.startIndex, parser.endIndex + 1).endsWith('/>')
        if (isImplied && !closesItself) state.faults.push('must be well-formed XML')
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.end(text)
  if (state.elements === 0) return 'must be an SVG picture'
  return state.faults[0]
}

/** MAX_ELEMENTS is how many elements a logo may have: that many are drawn at once. */
const MAX_ELEMENTS = 2000

const ELEMENTS = new Set(
  'svg g defs title desc path rect circle ellipse line polyline polygon text tspan linearGradient radialGradient stop clipPath mask use symbol'.split(
    ' ',
  ),
)

const ATTRIBUTES = new Set(
  (
    'version id x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points width height viewBox preserveAspectRatio transform dx dy rotate textLength lengthAdjust ' +
    'pathLength offset gradientUnits gradientTransform spreadMethod clipPathUnits maskUnits maskContentUnits role aria-label aria-hidden focusable ' +
    'fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray ' +
    'stroke-dashoffset stop-color stop-opacity opacity color clip-path clip-rule mask mask-type font-family font-size font-weight font-style ' +
    'letter-spacing word-spacing text-anchor dominant-baseline display visibility overflow shape-rendering text-rendering vector-effect href'
  ).split(' '),
)

/** HARMLESS are names by which drawing programs note something of theirs, and namespaces, which load nothing. */
const HARMLESS = /^(?:xmlns(?::[\w-]+)?|xml:(?:space|lang)|data-[\w-]+|class)$/

function attributeFault(key: string, value: string): string | undefined {
  const name = key === 'xlink:href' ? 'href' : key
  if (HARMLESS.test(name)) return undefined
  if (!ATTRIBUTES.has(name)) return `must not hold the attribute ${JSON.stringify(key.slice(0, 40))}`
  if (name === 'href' && !/^#[\w.-]+$/.test(value)) return 'must refer to parts of itself only'
  // A reference such as url(#shade) is to a part of the picture.
  const isElsewhere = /url\s*\(|\\|@import|expression/i.test(
    value.replace(/url\(\s*['"]?#[\w.-]+['"]?\s*\)/gi, ''),
  )
  return isElsewhere ? 'must refer to parts of itself only' : undefined
}
