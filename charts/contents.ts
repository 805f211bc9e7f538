// Contents: the list of the page's sections, each a link. Invariant: the names are those of the
// page's own heads, in their order.

import { type Html, html, trusted } from './html.ts'

const SECTION = /<section id="([\w-]+)">\s*<h2>(.*?)<\/h2>/gs

/** The list of the sections that `body` holds. */
export function contents(body: readonly Html[]): Html {
  const entries = body.flatMap(({ text }) => [...text.matchAll(SECTION)])
  const items = entries.map(
    ([, id = '', title = '']) => html`<li><a href="#${id}">${trusted(title)}</a></li>\n`,
  )
  return html`<nav class="contents" aria-label="Contents"><ol>
${items}</ol></nav>
`
}
