// "Try it": a form for the parameters and the body of an operation, the curl line for what is filled in, and the answer as it comes.
// Used by docs.js.
import { block, h, own } from './elements.js';
import { examplesOf, resolve, sample, spec } from './document.js';
import { word } from './words.js';

const mostText = 256 * 1024; // of an answer, in characters; the rest is not read
const mostEvents = 20;

function inputOf(parameter) {
  const schema = resolve(parameter.schema);
  const attributes = { name: parameter.name, required: parameter.required };
  if (schema.enum) {
    const nothing = h('option', { value: '' }, schema.default === undefined ? '' : `(${schema.default})`);
    return h('select', attributes, nothing, ...schema.enum.map((each) => h('option', {}, each)));
  }
  const hint = parameter.example ?? schema.default ?? schema.items?.enum?.slice(0, 3).join(',');
  const inputmode = schema.type === 'integer' && 'numeric';
  return h('input', { ...attributes, inputmode, placeholder: hint, autocomplete: 'off', spellcheck: 'false' });
}

function coded(parameter, value) {
  const listed = resolve(parameter.schema).type === 'array' && parameter.explode === false;
  return listed ? value.split(',').map(encodeURIComponent).join(',') : encodeURIComponent(value);
}

/** The request that the form stands for. Without a value, a place in the path shows the example. */
function compose(it, { fields, accept, media, text }) {
  let path = it.path;
  const query = [];
  const headers = {};
  for (const { parameter, input } of fields) {
    const { name } = parameter;
    const shown = parameter.in === 'path' ? input.value || String(parameter.example ?? sample(parameter.schema)) : input.value;
    if (parameter.in === 'path') path = path.replace(`{${name}}`, coded(parameter, shown));
    else if (input.value === '') continue;
    else if (parameter.in === 'query') query.push(`${encodeURIComponent(name)}=${coded(parameter, input.value)}`);
    else headers[name] = input.value;
  }
  if (accept) headers.Accept = accept.value;
  if (media) headers['Content-Type'] = media.value;
  const base = (spec.servers?.[0]?.url ?? '/').replace(/\/$/, '');
  return { method: it.method.toUpperCase(), url: base + path + (query.length ? `?${query.join('&')}` : ''), headers, body: text?.value };
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function curlOf({ method, url, headers, body }) {
  const options = headers.Accept === 'text/event-stream' ? '-iN' : '-i';
  const parts = [`curl ${options}${method === 'GET' ? '' : ` -X ${method}`} ${quoted(new URL(url, location.href).href)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`--data-binary ${quoted(body)}`);
  return parts.join(' \\\n  ');
}

/** JSON with line breaks, made from its text: parsing it would round large numbers. */
function pretty(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  const line = (change) => `\n${'  '.repeat((depth += change))}`;
  return text.trim().replace(/"(?:[^"\\]|\\.)*"|\[\s*\]|\{\s*\}|[{}[\],:]|\s+/g, (piece) => {
    if (piece === '{' || piece === '[') return piece + line(1);
    if (piece === '}' || piece === ']') return line(-1) + piece;
    if (piece === ',') return piece + line(0);
    if (piece === ':') return ': ';
    return piece.startsWith('"') ? piece : piece.replace(/\s+/g, '');
  });
}

function eventView(text) {
  const lines = text.split('\n');
  const of = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
  return h(
    'div',
    { class: 'event' },
    h('p', { class: 'media' }, h('code', {}, of('event'))),
    block(pretty(of('data').join('\n')), { key: 'body' }),
  );
}

const isJson = (type) => /^application\/(.+\+)?json$/.test(type);

/** Reads the body and shows it; of a long one, or of an endless stream of events, the beginning. */
async function showBody(response, place, control) {
  const type = (response.headers.get('Content-Type') ?? '').split(';')[0];
  const streamed = type === 'text/event-stream';
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let events = 0;
  let enough = false;
  while (reader && !enough) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
    if (streamed) {
      const whole = text.split('\n\n');
      text = whole.pop();
      // A line that begins with a colon is only a sign of life.
      const news = whole.filter((lines) => !lines.startsWith(':')).slice(0, mostEvents - events);
      place.append(...news.map(eventView));
      events += news.length;
    }
    enough = events >= mostEvents || text.length > mostText;
  }
  if (enough) control.abort();
  if (!streamed)
    place.append(text ? block(isJson(type) && !enough ? pretty(text) : text, { key: 'body' }) : own('p', 'empty', { class: 'media' }));
  if (enough || streamed) place.append(own('p', enough ? 'enough' : 'ended', { class: 'media' }));
}

async function send(request, place, control) {
  place.replaceChildren(own('p', 'sending', { class: 'media' }));
  const began = performance.now();
  try {
    const { url, ...options } = request;
    const response = await fetch(url, { ...options, cache: 'no-store', signal: control.signal });
    const took = `${Math.round(performance.now() - began)} ms`;
    const status = h('span', { class: `status status-${String(response.status)[0]}` }, response.status);
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    place.replaceChildren(
      h('p', { class: 'result-line', role: 'status' }, status, response.statusText, h('span', { class: 'time' }, took)),
      h('details', { class: 'more' }, own('summary', 'headers'), block(headers, { wrapped: true, key: 'headers' })),
    );
    place.firstChild.scrollIntoView({ block: 'nearest' });
    await showBody(response, place, control);
  } catch (error) {
    if (!control.signal.aborted) place.append(h('p', { class: 'notice bad' }, own('span', 'unreachable'), ` ${error.message}`));
    else place.append(own('p', 'stopped', { class: 'media' }));
    place.querySelector('[data-t="sending"]')?.remove();
  }
}

const fieldView = ({ parameter, input }) =>
  h(
    'label',
    { class: 'field' },
    h('span', {}, parameter.name, parameter.required && own('span', 'required', { class: 'row-note needed' })),
    input,
  );

function choice(key, options) {
  const select = h('select', { name: key }, ...options.map((each) => h('option', {}, each)));
  return { select, view: h('label', { class: 'field' }, own('span', key), select) };
}

/** The types of the good answer, where there is something to choose or to ask for by name. */
function acceptChoice(it) {
  const types = Object.keys(resolve(it.responses['200']).content ?? {});
  return types.length > 1 || types[0] === 'text/event-stream' ? choice('accept', types) : null;
}

function bodyText(it, media) {
  const text = h('textarea', {
    'class': 'code',
    'name': 'body',
    'spellcheck': 'false',
    'data-t-label': 'body',
    'aria-label': word('body'),
  });
  const fill = () => (text.value = examplesOf(it.body.content[media.value])[0].text);
  media.addEventListener('change', fill);
  fill();
  return text;
}

export function trialView(it) {
  const fields = it.parameters.map((parameter) => ({ parameter, input: inputOf(parameter) }));
  const inHeader = ({ parameter }) => parameter.in === 'header';
  const accept = acceptChoice(it);
  const media = it.body && choice('media', Object.keys(it.body.content));
  const text = it.body && bodyText(it, media.select);
  const request = () => compose(it, { fields, accept: accept?.select, media: media?.select, text });
  const main = [...fields.filter((each) => !inHeader(each)).map(fieldView), accept?.view, media?.view].filter(Boolean);
  const curl = block('', { wrapped: true, copyable: true, key: 'curl' });
  const draw = () => (curl.firstChild.textContent = curlOf(request()));
  const result = h('div', { class: 'result' });
  const go = own('button', 'send', { class: 'button primary', type: 'submit' });
  const stop = own('button', 'stop', { class: 'button', type: 'button', hidden: true });
  const busy = (yes) => ([go.disabled, stop.hidden] = [yes, !yes]);
  const submit = async (event) => {
    event.preventDefault();
    const control = new AbortController();
    stop.onclick = () => control.abort();
    busy(true);
    await send(request(), result, control);
    busy(false);
  };
  draw();
  return h(
    'form',
    { class: 'trial', autocomplete: 'off', onsubmit: submit, oninput: draw, onchange: draw },
    own('h4', 'try'),
    main.length > 0 && h('div', { class: 'fields' }, main),
    text,
    h('details', { class: 'more' }, own('summary', 'more'), h('div', { class: 'fields' }, fields.filter(inHeader).map(fieldView))),
    h('div', { class: 'buttons' }, go, stop),
    result,
    own('h4', 'curl'),
    curl,
  );
}
