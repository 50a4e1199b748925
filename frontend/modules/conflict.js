// Two versions of a record side by side: what the user has written and what stands on the server meanwhile. Shown inside the record
// dialog by form.js, which owns the buttons.
import { byId, h } from './dom.js';
import { localTime, number, statusName, t } from './i18n.js';

const fields = ['title', 'owner', 'status', 'description'];

const shown = (field, value) => (field === 'status' ? statusName(value) : value || t('conflict.empty'));

/** `base` is what was opened, `mine` the changed fields only, `theirs` the record as it is now. */
export function showConflict(host, { base, mine, theirs }) {
  const row = (field) => {
    const ours = field in mine;
    const other = theirs[field] !== base[field];
    const clash = ours && mine[field] !== theirs[field];
    return h(
      'tr',
      { class: clash ? 'clash' : '' },
      h('th', { scope: 'row' }, t(`field.${field}`)),
      h('td', { class: ours ? 'changed' : 'same' }, ours ? shown(field, mine[field]) : t('conflict.untouched')),
      h('td', { class: other ? 'changed' : 'same' }, shown(field, theirs[field])),
    );
  };
  host.replaceChildren(
    h('p', { class: 'notice warn' }, t('conflict.text', { version: number(theirs.version), time: localTime(theirs.updated_at, true) })),
    h(
      'div',
      { class: 'compare-frame' },
      h(
        'table',
        { class: 'compare' },
        h(
          'thead',
          {},
          h('tr', {}, h('td'), h('th', { scope: 'col' }, t('conflict.mine')), h('th', { scope: 'col' }, t('conflict.theirs'))),
        ),
        h('tbody', {}, fields.map(row)),
      ),
    ),
    h('p', { class: 'hint' }, t('conflict.hint')),
  );
  host.hidden = false;
  byId('record-fields').hidden = true;
}

export function hideConflict() {
  byId('conflict').hidden = true;
  byId('conflict').replaceChildren();
  byId('record-fields').hidden = false;
}
