// Every request to the gateway goes through here; every failure leaves as one Problem. Nothing here touches the page.
import { prefs } from './prefs.js';

/** What went wrong: an RFC 9457 problem document, or no answer at all (status 0, kind "network" or "timeout"). */
export class Problem extends Error {
  constructor({ status = 0, kind = 'http', title = '', detail = '', errors = [], traceId = '', retryAfter = '', body = null }) {
    super(detail || title || kind);
    Object.assign(this, { status, kind, title, detail, errors, traceId, retryAfter, body });
  }

  get aborted() {
    return this.kind === 'aborted';
  }
}

/** The gateway's root, ending in a slash. Without a chosen address: the place this page was served from, one folder up. */
export function apiBase(address = prefs.api.value) {
  const root = address || new URL('../', location.origin + location.pathname).href;
  return root.endsWith('/') ? root : `${root}/`;
}

export function apiUrl(path, params = {}, address = undefined) {
  const url = new URL(apiBase(address) + path);
  for (const [name, value] of Object.entries(params)) {
    if (value !== '' && value !== null && value !== undefined) url.searchParams.set(name, value);
  }
  return url.href;
}

/** A key that makes a repeated POST harmless. randomUUID is missing where the page is not served securely. */
export function idempotencyKey() {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function problemFrom(status, text, header) {
  const body = parse(text);
  return new Problem({
    status,
    title: body?.title ?? '',
    detail: body?.detail ?? (body ? '' : text.slice(0, 200)),
    errors: Array.isArray(body?.errors) ? body.errors : [],
    traceId: body?.trace_id ?? header('X-Request-Id') ?? '',
    retryAfter: header('Retry-After') ?? '',
    body,
  });
}

async function call(method, path, { params, body, headers = {}, signal, timeout = 40_000, address, unavailableIsAnswer = false } = {}) {
  const limits = [AbortSignal.timeout(timeout), ...(signal ? [signal] : [])];
  let response;
  let text;
  try {
    response = await fetch(apiUrl(path, params, address), { method, headers, body, signal: AbortSignal.any(limits), cache: 'no-store' });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw new Problem({ kind: 'aborted' });
    throw new Problem({ kind: error.name === 'TimeoutError' ? 'timeout' : 'network' });
  }
  const data = parse(text);
  const answered = response.ok || (unavailableIsAnswer && response.status === 503 && data?.services);
  if (!answered) throw problemFrom(response.status, text, (name) => response.headers.get(name));
  if (data === null && response.status !== 204) throw new Problem({ status: response.status, kind: 'foreign' });
  return { data, etag: response.headers.get('ETag') };
}

const asJson = { 'Content-Type': 'application/json' };

/** A record and the tag that names its version. The tag falls back to the version where a foreign origin hides the header. */
const withTag = ({ data, etag }) => ({ record: data, etag: etag ?? `"${data.version}"` });

export const listRecords = async (params, signal) => (await call('GET', 'records/', { params, signal })).data;

export const getRecord = async (id) => withTag(await call('GET', `records/${id}`));

export const createRecord = async (record, key) =>
  withTag(await call('POST', 'records/', { body: JSON.stringify(record), headers: { ...asJson, 'Idempotency-Key': key } }));

export const patchRecord = async (id, change, etag) =>
  withTag(
    await call('PATCH', `records/${id}`, {
      body: JSON.stringify(change),
      headers: { 'Content-Type': 'application/merge-patch+json', 'If-Match': etag },
    }),
  );

export const deleteRecord = async (id, etag) => {
  await call('DELETE', `records/${id}`, { headers: { 'If-Match': etag } });
};

/** The summary; `onProgress` hears { stage, records_read, percent } meanwhile. `signal` gives it up: the job is cancelled. */
export async function runSummary({ onProgress, signal }) {
  const limits = AbortSignal.any([AbortSignal.timeout(180_000), signal]);
  let text = '';
  try {
    const headers = { Accept: 'text/event-stream' };
    const response = await fetch(apiUrl('records/analytics/flink'), { headers, signal: limits, cache: 'no-store' });
    if (!response.ok) throw problemFrom(response.status, await response.text(), (name) => response.headers.get(name));
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, name, data] = text.slice(0, end).match(/^event: (\w+)\ndata: (.*)$/s) ?? [];
        text = text.slice(end + 2);
        if (name === 'progress') onProgress(parse(data));
        if (name === 'summary') return parse(data);
        if (name === 'problem') throw problemFrom(parse(data)?.status ?? 503, data, () => null);
      }
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (signal.aborted) throw new Problem({ kind: 'aborted' });
    throw new Problem({ kind: error.name === 'TimeoutError' ? 'timeout' : 'network' });
  }
  throw new Problem({ kind: 'network' });
}

export const listRuns = async () => (await call('GET', 'records/analytics/runs', { params: { limit: 10 } })).data.items;

export const getHealth = async (options = {}) =>
  (await call('GET', 'health', { timeout: 10_000, unavailableIsAnswer: true, ...options })).data;

export const getCluster = async (signal) => (await call('GET', 'cluster', { timeout: 10_000, signal })).data;

/** Sends a file and tells how far it is: fetch cannot, so this one is an XMLHttpRequest. */
export function importFile(file, { type, mode, onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', apiUrl('records/import', { mode }));
    request.setRequestHeader('Content-Type', type);
    request.upload.addEventListener('progress', (event) => onProgress(event.total ? event.loaded / event.total : 0));
    request.addEventListener('load', () => {
      const headers = new Headers(
        request
          .getAllResponseHeaders()
          .trim()
          .split('\r\n')
          .map((line) => line.split(/:\s*(.*)/s, 2))
          .filter(([name]) => name),
      );
      if (request.status >= 200 && request.status < 300) resolve(parse(request.responseText) ?? {});
      else reject(problemFrom(request.status, request.responseText, (name) => headers.get(name)));
    });
    request.addEventListener('error', () => reject(new Problem({ kind: 'network' })));
    request.addEventListener('abort', () => reject(new Problem({ kind: 'aborted' })));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

export const exportUrl = (format, filter) => apiUrl('records/export', { format, ...filter });

export const liveUrl = () => apiUrl('records/analytics/live');
