// The dialog that creates and edits a record. Sends only what has changed, tied to the version that was opened; where somebody was
// faster, conflict.js shows both versions. Opened by records.js.
import { byId, h, segments } from './dom.js';
import { localTime, number, statuses, statusName, t } from './i18n.js';
import { prefs } from './prefs.js';
import { createRecord as post, getRecord, idempotencyKey, patchRecord, Problem } from './api.js';
import { bannerOf, openDialog, prepareDialog } from './dialogs.js';
import { showBanner, showFieldErrors, tell, tellProblem } from './messages.js';
import { hideConflict, showConflict } from './conflict.js';

const limits = { title: 200, owner: 100, description: 10_000 };
const dialog = byId('record-dialog');
const form = byId('record-form');

/** What is being edited: { record, etag } (record null when creating), the form's first values, the key of a creation. */
let work = null;
let done = { onSaved: () => {}, onGone: () => {} };

const values = () => ({
  title: form.elements.title.value,
  owner: form.elements.owner.value,
  status: form.elements.status.value,
  description: form.elements.description.value,
});

/** The fields the user has changed. */
function changes() {
  const now = values();
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== work.first[name]));
}

const length = (text) => [...text].length;

/** The same bounds as the service's, told before anything is sent. */
function check(record) {
  const errors = [];
  for (const field of ['title', 'owner']) if (!record[field].trim()) errors.push({ field, message: t('invalid.blank') });
  for (const [field, most] of Object.entries(limits))
    if (length(record[field]) > most)
      errors.push({ field, message: t('invalid.long', { most: number(most), now: number(length(record[field])) }) });
  return errors;
}

function showErrors(errors) {
  const { rest, first } = showFieldErrors(form, errors);
  first?.focus();
  return rest;
}

function fill(record) {
  form.elements.title.value = record.title;
  form.elements.owner.value = record.owner;
  form.elements.description.value = record.description;
  form.elements.status.value = record.status;
  drawCounter();
  showFieldErrors(form, []);
  work.first = values();
}

function drawCounter() {
  const now = length(form.elements.description.value);
  byId('description-counter').textContent = `${number(now)} / ${number(limits.description)}`;
  byId('description-counter').classList.toggle('over', now > limits.description);
}

const button = (look, key, onclick, type = 'button') => h('button', { class: `button ${look}`, type, onclick }, t(key));

function drawFoot(state) {
  const feet = {
    edit: () => [button('', 'cancel', leave), button('primary', work.record ? 'save' : 'create', null, 'submit')],
    discard: () => [
      h('p', { class: 'foot-text', role: 'alert' }, t('discard.text')),
      button('', 'discard.keep', keepEditing),
      button('danger', 'discard.confirm', () => dialog.close()),
    ],
    conflict: () => [
      button('ghost', 'conflict.back', keepEditing),
      button('', 'conflict.take', takeTheirs),
      button('primary', 'conflict.overwrite', () => save(work.theirs.etag)),
    ],
  };
  byId('record-foot').dataset.state = state;
  byId('record-foot').replaceChildren(...feet[state]());
}

function drawHead() {
  const { record } = work;
  byId('record-heading').textContent = record ? t('edit.heading', { id: record.id }) : t('create.heading');
  byId('record-meta').textContent = record
    ? t('edit.meta', { version: number(record.version), updated: localTime(record.updated_at), created: localTime(record.created_at) })
    : '';
}

function open(opened) {
  work = opened;
  hideConflict();
  openDialog(dialog);
  fill(work.record ?? { title: '', owner: '', description: '', status: 'pending' });
  drawHead();
  drawFoot('edit');
  form.elements.title.focus();
}

function mayClose() {
  if (!work || !Object.keys(changes()).length || byId('record-foot').dataset.state === 'discard') return true;
  drawFoot('discard');
  byId('record-foot').querySelector('button').focus();
  return false;
}

function leave() {
  if (mayClose()) dialog.close();
}

function keepEditing() {
  hideConflict();
  drawFoot('edit');
  form.elements.title.focus();
}

function takeTheirs() {
  work = { ...work, ...work.theirs };
  hideConflict();
  fill(work.record);
  drawHead();
  drawFoot('edit');
  form.elements.title.focus();
}

/** Somebody else has changed the record. If they have made the very same change (or it was ours, with the answer lost), all is well. */
async function conflict(own, mine) {
  const theirs = await getRecord(own.record.id);
  if (own !== work) return;
  if (Object.entries(mine).every(([name, value]) => theirs.record[name] === value)) {
    finish(own, theirs);
    return;
  }
  own.theirs = theirs;
  showConflict(byId('conflict'), { base: own.record, mine, theirs: theirs.record });
  drawFoot('conflict');
  byId('record-foot').querySelector('.primary').focus();
}

/** Stored. The user may have left the dialog meanwhile, or even opened it for another record. */
function finish(own, { record }) {
  if (own === work) {
    work = null;
    dialog.close();
  }
  tell(t(own.record ? 'saved' : 'created'), t('record.name', { id: record.id, title: record.title }));
  done.onSaved(record.id);
}

function create(own, record) {
  // The same content keeps its key: pressing again after a lost answer does not store it twice.
  const content = JSON.stringify(record);
  if (own.content !== content) Object.assign(own, { content, key: idempotencyKey() });
  return post(record, own.key);
}

async function save(etag = work.etag) {
  const record = values();
  const own = work;
  bannerOf(dialog).replaceChildren();
  if (showErrors(check(record)).length || form.querySelector('[aria-invalid]')) return;
  const change = changes();
  if (own.record && !Object.keys(change).length) {
    dialog.close();
    return;
  }
  setBusy(true);
  try {
    finish(own, await (own.record ? patchRecord(own.record.id, change, etag) : create(own, record)));
  } catch (problem) {
    await failed(problem, own, change);
  } finally {
    setBusy(false);
  }
}

async function failed(problem, own, change) {
  if (!(problem instanceof Problem)) throw problem;
  if (own !== work) {
    tellProblem(problem);
    return;
  }
  if (problem.status === 412) {
    try {
      await conflict(own, change);
    } catch (second) {
      await failed(second, own, change);
    }
    return;
  }
  if (problem.status === 422 || problem.status === 400) keepEditing();
  const rest = showErrors(problem.errors);
  if (rest.length || !problem.errors.length) showBanner(bannerOf(dialog), problem, { errors: rest });
  if (problem.status === 404) done.onGone();
}

function setBusy(busy) {
  for (const each of byId('record-foot').querySelectorAll('button')) each.disabled = busy;
  form.setAttribute('aria-busy', String(busy));
}

export const createRecord = () => open({ record: null });

export async function editRecord(id) {
  try {
    open(await getRecord(id));
  } catch (problem) {
    tellProblem(problem);
    if (problem.status === 404) done.onGone();
  }
}

/** `onSaved(id)` after a record is stored, `onGone()` when the record to be edited is no more. Called once by records.js. */
export function startForm(callbacks) {
  done = callbacks;
  prefs.language.watch(() => {
    const chosen = form.elements.status?.value;
    segments(
      byId('record-status'),
      'status',
      statuses.map((value) => ({ value, label: statusName(value), dot: value })),
      chosen,
    );
  });
  prepareDialog(dialog, {
    mayClose,
    onClose: () => {
      work = null;
    },
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (byId('record-foot').dataset.state === 'edit' && form.getAttribute('aria-busy') !== 'true') save();
  });
  form.elements.description.addEventListener('input', drawCounter);
}
