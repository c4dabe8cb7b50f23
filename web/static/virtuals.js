// One box that ticks all of a page. It is hidden where there is no JavaScript.
(() => {
  'use strict';
  function boxes(all) {
    return [...document.querySelectorAll(`input[type=checkbox][form="${all.dataset.ticks}"]`)];
  }
  function show() {
    for (const all of document.querySelectorAll('input[data-ticks]')) all.hidden = false;
  }
  document.addEventListener('change', (event) => {
    const all = event.target.closest('input[data-ticks]');
    if (all) {
      for (const box of boxes(all)) box.checked = all.checked;
      return;
    }
    for (const other of document.querySelectorAll('input[data-ticks]')) {
      const ticked = boxes(other).filter((box) => box.checked).length;
      other.checked = ticked > 0 && ticked === boxes(other).length;
      other.indeterminate = ticked > 0 && !other.checked;
    }
  });
  document.addEventListener('htmx:after:swap', show);
  show();
})();
