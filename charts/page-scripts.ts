// The scripts of report.html: vega, vega-lite and vega-embed as they are installed, and the lines
// that put interactive charts in the place of the drawn ones. Without them the drawn ones stay.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { codeForScript } from './html.ts'

const require = createRequire(import.meta.url)

/** The browser builds lie beside what the packages export. */
const bundles = [
  ['vega', 'vega.min.js'],
  ['vega-lite', 'vega-lite.min.js'],
  ['vega-embed', 'vega-embed.min.js'],
] as const

/** Each drawing stays until its interactive twin is ready; `ast` needs no code made from text. */
const upgrade = `
(async () => {
  const specs = JSON.parse(document.getElementById('specs').textContent);
  await document.fonts.ready;
  for (const figure of document.querySelectorAll('[data-chart]')) {
    const drawn = figure.querySelector('.drawn');
    const live = document.createElement('div');
    live.className = 'live';
    drawn.after(live);
    try {
      await vegaEmbed(live, specs[figure.dataset.chart], {
        renderer: 'svg',
        ast: true,
        actions: { export: true, source: false, compiled: false, editor: false },
      });
      drawn.hidden = true;
    } catch (error) {
      console.error(error);
      live.remove();
    }
  }
})();
`

export async function interactiveScripts(): Promise<string[]> {
  const codes = await Promise.all(
    bundles.map(async ([name, file]) => {
      const path = new URL(file, new URL(`file://${require.resolve(name)}`))
      const code = await readFile(path, 'utf8')
      return codeForScript(code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')).text
    }),
  )
  return [...codes, upgrade]
}
