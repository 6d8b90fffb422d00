// What a page shows, for the test: an object of
//   regions {id: {figures, tables, reaction, text}}, faint, wider (px), scripts.
(() => {
  const text = e => e.textContent.replace(/\s+/g, ' ').trim();
  const all = (e, selector) => [...e.querySelectorAll(selector)];
  const figures = e => Object.fromEntries(all(e, ':scope > dl.figures > div').map(d => [text(d.querySelector('dt')), text(d.querySelector('dd'))]));
  const tables = e => Object.fromEntries(all(e, 'table').map(t => [t.id, {
    rows: all(t, 'tbody tr, tfoot tr').map(r => all(r, 'th, td').map(c => text(c.querySelector('th > span:first-child:not(.unseen), .bar span, abbr') || c))),
    bars: all(t, 'rect.fill').map(r => r.getBoundingClientRect().width / Math.max(1, r.parentNode.getBoundingClientRect().width)),
  }]));
  const regions = Object.fromEntries(all(document, 'main > section').map(s => [s.id, {
    figures: figures(s), tables: tables(s), text: text(s),
    reaction: all(s, '.reaction dd').map(text),
  }]));

  // Contrast by WCAG 2: the text's colour on the nearest background that is one.
  const parts = colour => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3]) return c; } return [255, 255, 255]; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + .05) / (y + .05); };
  const faint = [];
  for (const e of all(document.body, '*')) {
    if (![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim()) || !e.getClientRects().length) continue;
    const style = getComputedStyle(e), colour = parts(style.color);
    if (colour[3] === 0) continue; // the zeros of the week
    const large = parseFloat(style.fontSize) >= 24;
    const r = ratio(colour, ground(e));
    if (r < (large ? 3 : 4.5)) faint.push(`${e.tagName} ${text(e).slice(0, 40)}: ${r.toFixed(2)}`);
  }
  const fill = document.querySelector('rect.fill');
  if (fill) {
    const r = ratio(parts(getComputedStyle(fill).fill), ground(fill.parentElement));
    if (r < 3) faint.push(`bar: ${r.toFixed(2)}`);
  }
  return {
    regions, faint,
    wider: document.documentElement.scrollWidth - innerWidth,
    scripts: all(document, 'script, img, link, iframe, object, embed, form').length,
  };
})()
