// The console's first page kept up to date: listens to the counts and rewrites the numbers, the ring and the owners that the server has
// drawn, and fetches the cluster panel anew. Without it the page shows the same as of its loading.
const live = document.getElementById('live');
const liveText = document.getElementById('live-text');
const ownerList = document.getElementById('owner-list');
const statuses = ['pending', 'active', 'done', 'archived'];
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
const shortened = (number) => (number < 1e6 ? grouped(number) : `${grouped(Math.floor(number / 1e6))}.${Math.floor(number / 1e5) % 10}M`);
const put = (id, text) => {
  const element = document.getElementById(id);
  if (element && element.textContent !== text) element.textContent = text;
};
const share = (count, total) => (count <= 0 || total <= 0 ? '0%' : count === total ? '100%' : `${((100 * count) / total).toFixed(1)}%`);

// The same sum as ring.cpp.
function arcs(counts, least = 1.5, gap = 0.8) {
  const shown = counts.filter((count) => count > 0);
  const total = shown.reduce((sum, count) => sum + count, 0);
  const shares = shown.map((count) => (100 * count) / total);
  const lifted = shares.filter((part) => part < least).length * least;
  const left = shares.filter((part) => part >= least).reduce((sum, part) => sum + part, 0);
  const scale = left > 0 ? (100 - lifted) / left : 1;
  let start = 0;
  return counts.map((count) => {
    const arc = { start, length: 0 };
    if (count > 0) {
      const part = (100 * count) / total;
      const width = part < least ? least : part * scale;
      arc.length = Math.max(width - (shown.length > 1 ? gap : 0), 0.1);
      start += width;
    }
    return arc;
  });
}

function showRing(counts, total) {
  put('ring-total', shortened(total));
  arcs(counts).forEach((arc, i) => {
    const circle = document.getElementById(`arc-${statuses[i]}`);
    circle?.setAttribute('stroke-dasharray', `${arc.length.toFixed(3)} ${(100 - arc.length).toFixed(3)}`);
    circle?.setAttribute('stroke-dashoffset', (-arc.start).toFixed(3));
    put(`count-${statuses[i]}`, grouped(counts[i]));
    put(`share-${statuses[i]}`, share(counts[i], total));
  });
  const title = document.getElementById('ring-title');
  const names = statuses.map((status) => document.querySelector(`#count-${status}`)?.parentElement.querySelector('.name').textContent);
  if (title) title.textContent = `${title.textContent.split(/(?<=[:：])/)[0]} ${names.map((name, i) => `${name} ${grouped(counts[i])}`).join(', ')}`;
}

function showOwners(owners, total) {
  if (!ownerList) return;
  const most = owners[0]?.[1] ?? 0;
  let shown = 0;
  const items = owners.slice(0, 8).map(([owner, count]) => {
    shown += count;
    const item = document.getElementById('owner-template').content.firstElementChild.cloneNode(true);
    item.querySelector('a').href = `/?owner=${encodeURIComponent(owner)}`;
    item.querySelector('.name').textContent = owner;
    item.querySelector('.num').textContent = grouped(count);
    item.querySelector('.bar-value').setAttribute('width', `${Math.max(1, Math.floor((count * 100) / most))}%`);
    return item;
  });
  // A list that holds the focus stays as it is until the focus leaves.
  if (!ownerList.contains(document.activeElement)) ownerList.replaceChildren(...items);
  const others = document.getElementById('other-owners');
  if (others) others.textContent = total > shown ? others.dataset.words.replace('{n}', grouped(total - shown)) : '';
}

function show(counts) {
  const numbers = statuses.map((status) => Number(counts.status_counts?.[status] ?? 0));
  showRing(numbers, counts.total);
  showOwners(Object.entries(counts.owner_counts ?? {}).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)), counts.total);
  if (counts.owners_total !== undefined) put('owners-total', grouped(counts.owners_total));
  if (counts.as_of) put('as-of', counts.as_of.slice(0, 19).replace('T', ' '));
}

function say(on) {
  live.hidden = false;
  live.classList.toggle('off', !on);
  liveText.textContent = on ? liveText.dataset.on : liveText.dataset.off;
}

function connect(tries) {
  const source = new EventSource('/records/analytics/live');
  let failures = tries;
  source.addEventListener('open', () => {
    failures = 0;
    say(true);
  });
  source.addEventListener('counts', (event) => show(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    say(false);
    // A broken connection is taken up again by the browser; a refused one is not.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, Math.min(15000, 1000 * 2 ** failures), failures + 1);
  });
  window.addEventListener('pagehide', () => source.close(), { once: true });
}

// The server draws the panel; it is put in only where it has changed, and not while somebody is in it.
async function refreshCluster(panel) {
  if (document.hidden || panel.contains(document.activeElement)) return;
  const answer = await fetch('/console/cluster').catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('cluster');
  if (fresh && fresh.innerHTML !== panel.innerHTML) panel.replaceChildren(...fresh.childNodes);
}

const cluster = document.getElementById('cluster');
if (cluster) setInterval(refreshCluster, 2000, cluster);
if (document.getElementById('ring-total')) connect(0);
