// The live part of a page: ages that grow, the order of the table of services,
// and honesty about a stream that has stopped. The server sends a "beat" after
// every look at pulse; htmx makes it an event on #stream and puts changed parts
// in place.
(() => {
  'use strict';
  const staleAfter = 5000; // ms; a beat comes every second, or after 3 where pulse hangs
  const lang = document.documentElement.lang;
  const relative = new Intl.RelativeTimeFormat(lang, {numeric: 'always', style: 'narrow'});
  const clock = new Intl.DateTimeFormat(lang, {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'});
  const stream = document.getElementById('stream');
  const asof = document.getElementById('asof');
  const live = document.getElementById('live');
  const stale = document.getElementById('stale');
  let skew = 0; // the server's clock minus ours
  let beat = Date.now(); // our clock at the last beat
  let taken = new Date(asof.dateTime); // the server's at the last look

  const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];
  function age(seconds) {
    for (const [unit, size] of units) {
      if (seconds >= size || size === 1) return relative.format(-Math.floor(seconds / size), unit);
    }
  }

  function ages() {
    const now = Date.now() + skew;
    for (const el of document.querySelectorAll('time[data-age]')) {
      const at = new Date(el.dateTime);
      const words = age(Math.max(0, (now - at) / 1000));
      if (el.textContent !== words) el.textContent = words;
      if (!el.title) el.title = at.toLocaleString(lang);
    }
  }

  function check() {
    const old = Date.now() - beat > staleAfter;
    live.hidden = old || !live.dataset.beaten;
    document.body.classList.toggle('stale', old);
    if (stale.hidden === old) {
      stale.hidden = !old;
      stale.textContent = old ? stale.dataset.text.replace('%s', clock.format(taken)) : '';
    }
  }

  stream.addEventListener('beat', (event) => {
    taken = new Date(event.detail.data);
    beat = Date.now();
    skew = taken - beat;
    asof.dateTime = event.detail.data;
    asof.textContent = clock.format(taken);
    live.dataset.beaten = '1';
    document.getElementById('old')?.remove();
    check();
  });
  // Bodies of the table in their new order; what is in new ones comes right
  // after. The focus stays where it is.
  stream.addEventListener('order', (event) => {
    const table = document.getElementById('services-table');
    if (!table) return;
    const ids = event.detail.data.split(' ').filter(Boolean);
    const wanted = new Set(ids);
    for (const body of [...table.tBodies]) if (!wanted.has(body.id)) body.remove();
    const focused = document.activeElement;
    let place = table.tBodies[0] ?? null;
    for (const id of ids) {
      if (place?.id === id) {
        place = place.nextElementSibling;
        continue;
      }
      let body = document.getElementById(id);
      if (!body) {
        body = document.createElement('tbody');
        body.id = id;
      }
      table.insertBefore(body, place);
    }
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({preventScroll: true});
  });
  const logged = 500; // lines of the list of events
  function trim() {
    const log = document.getElementById('log');
    while (log && log.children.length > logged) log.lastElementChild.remove();
  }
  document.addEventListener('htmx:after:swap', () => { ages(); trim(); });
  document.addEventListener('htmx:sse:error', (event) => {
    if (event.detail.status === 401) location.reload(); // the session has ended
  });
  // A tab that comes back has a stream to open again before it can be stale.
  document.addEventListener('visibilitychange', () => { if (!document.hidden) beat = Date.now(); });
  ages();
  setInterval(() => { ages(); check(); }, 1000);
})();
