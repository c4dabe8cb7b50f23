// The text editor of lvs.cf, a little better: line numbers that follow the
// text, a jump from a problem to its place, Tab that indents, and a warning
// before unsaved text is left behind.
(() => {
  'use strict';
  const area = document.getElementById('text');
  if (!area) return;
  const gutter = document.querySelector('.gutter');
  const beside = document.querySelector('.beside');
  const sent = area.value;
  let lines = sent.split('\n').length;
  let leaving = false;

  area.addEventListener('input', () => {
    const n = area.value.split('\n').length;
    if (beside) beside.classList.toggle('old', area.value !== sent);
    if (n === lines) return;
    lines = n;
    area.rows = n + 1;
    // Marks would now stand beside other lines than they are about.
    gutter.textContent = Array.from({length: n}, (_, i) => i + 1).join('\n') + '\n';
    if (beside) beside.textContent = '';
  });

  area.addEventListener('keydown', (event) => {
    // Escape, then Tab, leaves the field: nobody is trapped by the indenting.
    if (event.key === 'Escape') { area.dataset.leave = '1'; return; }
    if (event.key === 'Tab' && !event.shiftKey && !event.ctrlKey && !event.altKey && !area.dataset.leave) {
      event.preventDefault();
      document.execCommand('insertText', false, '    '); // keeps the undo history
    }
    delete area.dataset.leave;
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      area.form.requestSubmit(area.form.querySelector('[value=keep]'));
    }
  });

  for (const link of document.querySelectorAll('.problems a[data-line]')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      const all = area.value.split('\n');
      const line = Math.min(Number(link.dataset.line), all.length);
      const start = all.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0);
      area.focus({preventScroll: true});
      area.setSelectionRange(start, start + all[line - 1].length);
      const height = area.scrollHeight / (area.rows || all.length);
      window.scrollTo({top: area.getBoundingClientRect().top + window.scrollY + height * (line - 6)});
    });
  }

  area.form.addEventListener('submit', () => { leaving = true; });
  window.addEventListener('beforeunload', (event) => {
    if (!leaving && area.value !== sent) event.preventDefault();
  });
})();
