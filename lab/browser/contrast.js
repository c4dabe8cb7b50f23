(() => {
  const parse = c => { const n = c.match(/[\d.]+/g).map(Number); return c.startsWith('color(') ? [n[0] * 255, n[1] * 255, n[2] * 255, n[3] ?? 1] : [n[0], n[1], n[2], n[3] ?? 1]; };
  const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
  const lum = c => { const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => {
    const stack = [];
    for (; e; e = e.parentElement) stack.push(parse(getComputedStyle(e).backgroundColor));
    return stack.reduceRight((under, c) => over(c, under), [255, 255, 255, 1]);
  };
  const bad = new Set();
  for (const e of document.querySelectorAll('body *')) {
    const text = e.tagName === 'TEXTAREA' || e.tagName === 'INPUT' ? e.value : [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('').trim();
    if (!text || !e.checkVisibility() || e.closest('.sr, .skip, .stale')) continue;
    const style = getComputedStyle(e), back = ground(e);
    const a = lum(over(parse(style.color), back)), b = lum(back);
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.add(`${ratio.toFixed(2)} "${text.slice(0, 30)}" ${style.color} on ${back.slice(0, 3).map(Math.round)}`);
  }
  return [...bad];
})()
