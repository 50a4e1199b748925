// The dialog that asks before a record is deleted. Deletes only the version that was shown. Opened by records.js.
import { byId, h } from './dom.js';
import { localTime, t } from './i18n.js';
import { deleteRecord, getRecord } from './api.js';
import { bannerOf, openDialog, prepareDialog } from './dialogs.js';
import { showBanner, showNotice, tell } from './messages.js';
import { badge } from './table.js';

const dialog = byId('delete-dialog');
let target = null;
let done = () => {};

function draw() {
  const { id, title, owner, status, updated_at } = target.record;
  byId('delete-what').replaceChildren(
    h('strong', {}, title),
    h('p', { class: 'sub num' }, `#${id} · ${owner} · ${localTime(updated_at)}`),
    badge(status),
  );
}

function finish(key) {
  const { id, title } = target.record;
  dialog.close();
  tell(t(key), t('record.name', { id, title }));
  done(id);
}

async function confirm() {
  const own = target;
  byId('delete-confirm').disabled = true;
  try {
    await deleteRecord(own.record.id, own.etag);
    if (own === target) finish('deleted');
  } catch (problem) {
    if (own !== target) return;
    if (problem.status === 404) finish('delete.gone');
    else if (problem.status === 412) await renew(own);
    else showBanner(bannerOf(dialog), problem);
  } finally {
    byId('delete-confirm').disabled = false;
  }
}

/** The record has changed since it was listed: show it as it is now and ask again. */
async function renew(own) {
  try {
    Object.assign(own, await getRecord(own.record.id));
    draw();
    showNotice(bannerOf(dialog), 'warn', t('delete.changed'));
  } catch (problem) {
    if (problem.status === 404) finish('delete.gone');
    else showBanner(bannerOf(dialog), problem);
  }
}

export function removeRecord(record) {
  target = { record, etag: `"${record.version}"` };
  draw();
  openDialog(dialog);
  byId('delete-confirm').focus();
}

/** `onRemoved(id)` after the record is gone. Called once by records.js. */
export function startRemove({ onRemoved }) {
  done = onRemoved;
  prepareDialog(dialog, {
    onClose: () => {
      target = null;
    },
  });
  byId('delete-confirm').addEventListener('click', confirm);
}
