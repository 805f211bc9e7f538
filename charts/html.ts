// Html: text that is safe to put into the page. Invariant: only the tag below makes it, and it
// escapes every value that is not Html already, so nothing a guest wrote can become markup.

import { printable } from '../results/printable.ts'

export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type HtmlPart = Html | string | number | undefined | readonly HtmlPart[]

/** Markup with values in it: html`<td>${anything}</td>`. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlPart[]): Html {
  const pieces = literals.map(
    (literal, i) => literal + (i < values.length ? asText(values[i]) : ''),
  )
  return new Html(pieces.join(''))
}

/** Markup from a source that is ours: an SVG drawn here, a library's script. */
export function trusted(text: string): Html {
  return new Html(text)
}

function asText(part: HtmlPart): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map(asText).join('')
  return escapeText(String(part))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeText(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** JSON for a script element: no character in it can end the element. */
export function jsonForScript(value: unknown): Html {
  const text = JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
  return new Html(text)
}

/** A library's code for a script element. `<\/` means the same inside its strings and regexes. */
export function codeForScript(code: string): Html {
  return new Html(code.replace(/<\/script/gi, '<\\/script').replaceAll('<!--', '\\x3c!--'))
}
