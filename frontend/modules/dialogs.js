// Opens the page's native dialogs. Used by form.js, remove.js and exchange.js.

/**
 * Makes a dialog close by its [data-close] buttons, by Escape and by a click beside it. `mayClose` is asked first; false keeps it open.
 * The browser puts the focus back; where the opener is gone meanwhile, `onClose` finds another place.
 */
export function prepareDialog(dialog, { mayClose = () => true, onClose = () => {} } = {}) {
  const leave = () => {
    if (mayClose()) dialog.close();
  };
  dialog.addEventListener('click', (event) => {
    if (event.target.closest('[data-close]')) leave();
  });
  // Beside the dialog means: pressed and released on the backdrop, not a text selection that ends there.
  let pressedBeside = false;
  dialog.addEventListener('pointerdown', (event) => {
    pressedBeside = event.target === dialog;
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && pressedBeside) leave();
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    leave();
  });
  dialog.addEventListener('cancel', (event) => {
    if (event.target === dialog && !mayClose()) event.preventDefault();
  });
  dialog.addEventListener('close', onClose);
}

export const bannerOf = (dialog) => dialog.querySelector('[data-banner]');

export function openDialog(dialog) {
  bannerOf(dialog)?.replaceChildren();
  if (!dialog.open) dialog.showModal();
}
