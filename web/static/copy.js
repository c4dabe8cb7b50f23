// Buttons that copy the commands of a list. They are hidden where there is no
// JavaScript; the text can be selected all the same.
(() => {
  'use strict';
  const status = document.getElementById('copied');
  function select(list) {
    const range = document.createRange();
    range.selectNodeContents(list);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }
  async function copy(button) {
    const list = document.getElementById(button.dataset.copy);
    const commands = [...list.querySelectorAll('pre')].map((pre) => pre.textContent + '\n').join('');
    let words = status.dataset.done;
    try {
      await navigator.clipboard.writeText(commands);
    } catch {
      select(list); // without https there is no clipboard
      words = status.dataset.failed;
    }
    status.textContent = '';
    status.textContent = words;
    for (const old of document.querySelectorAll('.copied')) old.remove();
    const note = document.createElement('span');
    note.className = 'copied muted';
    note.setAttribute('aria-hidden', 'true');
    note.textContent = words;
    button.before(note);
  }
  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
})();
