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

/**
 * Each drawing stays until its interactive twin is ready; `ast` needs no code made from text. Paper
 * cannot be clicked: what is folded away is opened for the printer, and folded again.
 */
const upgrade = `
(async () => {
  const name = (live, { title, about }) => {
    const picture = live.querySelector('svg.marks');
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', title);
    picture.setAttribute('aria-describedby', about);
    picture.querySelector('g').setAttribute('aria-hidden', 'true');
    const menu = live.querySelector('summary');
    menu.setAttribute('aria-label', 'Save this chart: ' + title);
    menu.title = 'Save this chart';
  };
  const folded = [];
  addEventListener('beforeprint', () => {
    folded.push(...document.querySelectorAll('details:not([open])'));
    for (const details of folded) if (!details.closest('.live')) details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const details of folded.splice(0)) details.open = false;
  });
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
      name(live, figure.dataset);
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
