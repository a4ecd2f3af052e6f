// Conveniences for a page that is whole without them; all words are in the page.
// data-then="<instant> <words>|…": what it says from then on; data-tone: its shape and colour,
// or whether it is open.
// data-until: when it goes.
// .relative: how long ago data-ago is, how far off data-in.
// data-days, data-first: bars; [data-day] beside them: what is told of a day.
(() => {
  const EVERY = 60e3;
  const PATIENCE = 5;
  const script = document.currentScript;
  const main = document.querySelector('main');
  const news = document.getElementById('news');
  const tag = document.documentElement.lang;
  const lang = tag === 'en' ? 'en-GB' : tag; // the day before the month, as the page has it
  const find = (what, where = main) => [...where.querySelectorAll(what)];
  const rect = (one) => one.getBoundingClientRect();
  const date = { day: 'numeric', month: 'long', year: 'numeric' };
  const dayWords = new Intl.DateTimeFormat(lang, { ...date, timeZone: 'UTC' });
  const ownTime = new Intl.DateTimeFormat(lang, {
    ...date, hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZoneName: 'short',
  });

  // Whether the reader's clock shows another hour than the page's. Without the page's zone, or in a
  // browser that does not know it, every time is told.
  const hour = (timeZone) => new Intl.DateTimeFormat('en', {
    dateStyle: 'short', timeStyle: 'short', timeZone,
  });
  let isElsewhere = () => true;
  try {
    const [here, there] = [hour(), hour(news.dataset.zone || '?')];
    isElsewhere = (date) => here.format(date) !== there.format(date);
  } catch { /* as said */ }

  // A reader's clock may be wrong: nothing is said late by it before the server told its time.
  const isOnline = location.protocol.startsWith('http');
  let isSure = !isOnline;
  let skew = 0;
  const left = (text) => Date.parse(text) - Date.now() - skew;

  const relative = (ms) => {
    const minutes = Math.ceil(ms / 6e4);
    const far = Math.abs(minutes);
    const [unit, size] = far < 60 ? ['minute', 1] : far < 2880 ? ['hour', 60] : ['day', 1440];
    const count = Math.round(minutes / size);
    const numeric = count ? 'always' : 'auto';
    return new Intl.RelativeTimeFormat(lang, { numeric }).format(count, unit);
  };

  // What the last of the turns that has come says; undefined before the first.
  const due = (turns) =>
    turns.split('|').findLast((one) => left(one.slice(0, 20)) <= 0)?.slice(21);

  const say = (one, words) => {
    const place = one.querySelector('.shape')?.nextSibling || one;
    if (one.matches('h1')) document.title = document.title.replace(one.textContent, () => words);
    if (place.textContent !== words) place.textContent = words;
    one.classList.toggle('late', one.matches('.promise'));
    one.hidden = !words;
  };

  const paint = (one, tone) => {
    const shape = one.querySelector('.shape');
    if (!shape) return one.classList.toggle('open', tone === 'open');
    for (const each of [one, shape]) each.classList.replace(shape.classList[1], tone);
    shape.firstChild.setAttribute('href', `#shape-${tone}`);
  };

  const tick = () => {
    let doubt = false;
    for (const one of find('[data-until]')) {
      const hidden = left(one.dataset.until) <= 0;
      if (isSure) one.hidden = hidden;
      doubt ||= hidden;
    }
    for (const one of find('[data-then]')) {
      const words = due(one.dataset.then);
      if (words !== undefined && isSure) say(one, words);
      doubt ||= words !== undefined;
    }
    for (const one of find('[data-tone]')) {
      const tone = due(one.dataset.tone);
      if (tone && isSure) paint(one, tone);
    }
    for (const one of find('.relative')) {
      const { ago } = one.dataset;
      const ms = left(ago || one.dataset.in);
      doubt ||= ago && ms > EVERY;
      const text = relative(ago ? Math.min(ms, 0) : Math.max(ms, 0));
      if (one.textContent !== text) one.textContent = text;
    }
    if (doubt && !isSure) poll();
  };

  // A page may go up after release.json, and caches lag: each release is looked for thrice.
  const icons = (page) => find('link[rel~=icon]', page);
  const state = (page) =>
    [page.title, ...icons(page), page.querySelector('main')].map((one) => one.outerHTML || one)
      .join('');
  let served = state(document);
  let asked = Date.now();
  let [looks, fails, waits] = [0, 0, 0];
  let isAsking, release, timer;

  const get = (url, cache) => fetch(url, { cache, signal: AbortSignal.timeout(EVERY / 2) });

  const schedule = () => {
    clearTimeout(timer);
    const wait = EVERY * (0.8 + Math.random() * 0.4) * 2 ** Math.min(fails, 4);
    if (!document.hidden) timer = setTimeout(poll, asked + wait - Date.now());
  };

  const poll = async () => {
    if (isAsking) return;
    isAsking = true;
    asked = Date.now();
    try {
      const answer = await get(new URL('../release.json', script.src), 'no-store');
      const time = Date.parse(answer.headers.get('date'));
      if (time) skew = time + 1e3 * answer.headers.get('age') - Date.now();
      const latest = (await answer.json()).release;
      if (latest !== release) looks = 3;
      release = latest;
      if (looks && await look()) looks -= 1;
      fails = 0;
    } catch {
      fails += 1;
    }
    isAsking = false;
    isSure = true;
    tick();
    schedule();
  };

  // False: there is something new, and the reader is in the middle of something.
  const look = async () => {
    const answer = await get(location.pathname + location.search, 'no-cache');
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!answer.ok || state(page) === served) return true;
    const { anchorNode, isCollapsed } = getSelection();
    if (!isCollapsed && main.contains(anchorNode) && ++waits <= PATIENCE) return false;
    waits = 0;
    if (page.querySelector(`script[src="${script.getAttribute('src')}"]`)) await swap(page);
    else location.reload();
    return true;
  };

  // A new style sheet is loaded before it is used.
  const restyle = (page) => new Promise((done) => {
    const [[old], [next]] = [document, page].map((one) => find('link[rel=stylesheet]', one));
    if (next.getAttribute('href') === old.getAttribute('href')) return done();
    next.onload = () => { old.remove(); done(); };
    next.onerror = () => { next.remove(); done(); };
    old.after(next);
  });

  // What an element has in common with the one that takes its place.
  const sign = (one) => one.id || one.getAttribute('href')
    + one.closest('li,article,.group,section')?.querySelector('h2,h3,.part,a')?.textContent;
  const twin = (old) => find(old.localName).find((one) => sign(one) === sign(old));

  const swap = async (page) => {
    await restyle(page);
    const [focused] = find(':focus');
    const places = [...find('[id]'), ...find(':focus')].map((one) => [one, rect(one).top])
      .sort((a, b) => Math.abs(a[1]) - Math.abs(b[1]));
    const inView = places.find(([one, top]) => one === focused && top > 0 && top < innerHeight);
    const opened = find('details[open]');
    const isAtTop = !scrollY;
    served = state(page);
    document.title = page.title;
    icons(document).forEach((one) => one.remove());
    document.head.append(...icons(page));
    hideTip();
    main.replaceChildren(...page.querySelector('main').childNodes);
    dress();
    for (const one of opened.map(twin)) if (one) one.open = true;
    const [old, top] = [inView, ...places].find((one) => one && twin(one[0])) || [];
    if (old && !isAtTop) scrollBy({ top: rect(twin(old)).top - top, behavior: 'instant' });
    if (focused) (twin(focused) || main).focus({ preventScroll: true });
    news.textContent = '';
    setTimeout(() => { news.textContent = news.dataset.updated; }, 200);
  };

  // One tip: for days of bars, and for own times where no mouse can rest on them.
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.ariaHidden = true; // it says what is told beside the bars, and when
  let holder, across;

  const hideTip = () => { tip.remove(); holder = null; };

  const showTip = (one, share, nodes) => {
    [holder, across] = [one, share];
    tip.replaceChildren(...nodes);
    for (const link of find('a', tip)) link.tabIndex = -1;
    document.body.append(tip);
    placeTip();
  };

  const placeTip = () => {
    if (!holder) return;
    const { left: x, top, bottom, width } = rect(holder);
    const { offsetWidth: wide, offsetHeight: high } = tip;
    const room = document.documentElement.clientWidth - wide - 8;
    tip.style.left = `${Math.max(8, Math.min(x + width * across - wide / 2, room))}px`;
    tip.style.top = `${bottom + high > innerHeight ? top - high : bottom}px`;
  };

  // For a mouse and a finger. Keys and screen readers have the same in the list below the bars.
  const explore = (bars) => {
    const { days, first, since } = bars.dataset;
    const words = bars.closest('[data-good]')?.dataset || {};
    const isMirrored = getComputedStyle(bars).direction === 'rtl';
    const mirror = (share) => (isMirrored ? 1 - share : share);
    let home = bars;
    while (home !== main && find('[data-days]', home.parentElement).length < 2) {
      home = home.parentElement;
    }

    const parts = (at) => {
      const day = new Date(Date.parse(first) + at * 864e5);
      const name = day.toISOString().slice(0, 10);
      const told = home.querySelector(`[data-day="${name}"]`);
      if (told) return [...told.cloneNode(true).childNodes];
      return [`${dayWords.format(day)} `, (name < since ? words.unknown : words.good) || ''];
    };
    const point = ({ clientX }) => {
      const { left: x, width } = rect(bars);
      const day = Math.floor(mirror((clientX - x) / width) * days);
      const at = Math.max(0, Math.min(days - 1, day));
      showTip(bars, mirror((at + 0.5) / days), parts(at));
    };

    bars.onclick = point;
    bars.onpointermove = (event) => { if (event.pointerType !== 'touch') point(event); };
    bars.onpointerleave = ({ pointerType, relatedTarget }) => {
      if (pointerType !== 'touch' && !tip.contains(relatedTarget)) hideTip();
    };
  };

  const dress = () => {
    for (const one of find('time[datetime*=T]')) {
      const date = new Date(one.dateTime);
      if (isElsewhere(date)) one.title = `${news.dataset.own} ${ownTime.format(date)}`;
    }
    find('[data-days]').forEach(explore);
    tick();
  };

  dress();
  setInterval(tick, EVERY / 4);
  tip.onpointerleave = hideTip;
  addEventListener('scroll', placeTip, { passive: true });
  addEventListener('keydown', ({ key }) => { if (key === 'Escape') hideTip(); });
  addEventListener('click', ({ target }) => {
    const time = target.closest('time[title]');
    if (time && !tip.contains(time)) showTip(time, 0.5, [time.title]);
    else if (!holder?.contains(target) && !tip.contains(target)) hideTip();
  });
  if (isOnline) {
    schedule();
    document.addEventListener('visibilitychange', () => {
      schedule();
      if (document.hidden) return;
      tick();
      if (Date.now() - asked > EVERY) poll();
    });
  }
})();
