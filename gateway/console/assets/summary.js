// The summary's page while a run is under way: sending the form asks the server for the page, which waits for the run; meanwhile this listens to
// the same run (callers at the same time share one) and shows how far it is. Without it the form works all the same.
const form = document.getElementById('summary-form');
const panel = document.getElementById('progress');
const bar = document.getElementById('progress-bar');
const text = document.getElementById('progress-text');
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
let listening = null;

function show({ stage, records_read: read, percent }) {
  if (percent === undefined) bar.removeAttribute('value');
  else bar.value = percent;
  text.textContent = stage === 'connecting' ? panel.dataset.connecting : panel.dataset.read.replace('{n}', grouped(read));
}

async function listen(engine) {
  listening = new AbortController();
  const headers = { Accept: 'text/event-stream' };
  const answer = await fetch(`/records/analytics/flink?engine=${engine}&owner_limit=1`, { headers, signal: listening.signal });
  if (!answer.ok) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (waiting + part.value).split('\n\n');
    waiting = events.pop();
    for (const event of events) {
      const data = event.match(/^event: progress\ndata: (.*)$/)?.[1];
      if (data) show(JSON.parse(data));
    }
  }
}

function rest() {
  listening?.abort();
  panel.hidden = true;
}

form.addEventListener('submit', () => {
  const engine = form.elements.engine.value;
  show({ stage: 'connecting' });
  panel.hidden = false;
  if (engine !== 'sql') listen(engine).catch(() => {});
});

// With nobody left who waits for it the job is cancelled.
document.getElementById('progress-cancel').addEventListener('click', () => {
  window.stop();
  rest();
});
window.addEventListener('pagehide', rest);
