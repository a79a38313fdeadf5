// Improves forms; every page works without it.

const words = (text) => text.split(/\s+/).filter(Boolean).length;

// Live word count. It begins with the server's own wording, so that nothing
// jumps when the script takes over from what the page was sent with.
function countWords(area) {
  const limit = Number(area.dataset.maxWords);
  const output = document.getElementById(`${area.id}-count`);
  if (!output || !limit) return;

  // Screen readers are told after a pause in typing, not at every key.
  const spoken = document.createElement('span');
  spoken.className = 'govuk-visually-hidden';
  spoken.setAttribute('role', 'status');
  output.after(spoken);
  let pause;

  const show = (speak) => {
    const count = words(area.value);
    const over = count - limit;
    let text = `${count} of ${limit} words`;
    if (over > 0) text += `: ${over} too many`;
    output.textContent = text;
    output.classList.toggle('count--over', over > 0);
    window.clearTimeout(pause);
    if (speak) pause = window.setTimeout(() => { spoken.textContent = text; }, 1200);
  };

  area.addEventListener('input', () => show(true));
  window.addEventListener('pageshow', () => show(false));
  show(false);
}

// After an error the reader starts at the summary; after a save, at the part
// the page marks. The summary wins where a page has both.
function moveFocus() {
  const target = document.querySelector('.govuk-error-summary') || document.querySelector('[data-focus]');
  if (!target) return;
  if (!target.hasAttribute('tabindex')) target.setAttribute('tabindex', '-1');
  target.focus();
}

// A link in the summary goes to its field, with the label in view.
function followSummary(event) {
  const link = event.target.closest('a[href^="#"]');
  if (!link) return;
  const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!field) return;
  const fieldset = field.closest('fieldset');
  const label = (field.type === 'radio' || field.type === 'checkbox') && fieldset
    ? fieldset.querySelector('legend')
    : document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  event.preventDefault();
  (label || field).scrollIntoView({ block: 'start' });
  field.focus({ preventScroll: true });
}

const content = (form) => {
  const parts = [];
  new FormData(form).forEach((value, name) => {
    parts.push([name, typeof value === 'string' ? value : value.name]);
  });
  return JSON.stringify(parts);
};

// Warns before a form with unsaved changes is left. data-guard="unsaved" marks
// one that came back with errors: what it shows was typed but not kept.
function guard(form) {
  const unsaved = form.dataset.guard === 'unsaved';
  const atStart = content(form);
  let leaving = false;
  form.addEventListener('submit', (event) => { leaving = !event.defaultPrevented; });
  window.addEventListener('pageshow', () => { leaving = false; });
  window.addEventListener('beforeunload', (event) => {
    if (leaving || (!unsaved && content(form) === atStart)) return;
    event.preventDefault();
  });
}

// A second press within three seconds does nothing. The button isn't disabled,
// for then its name would not be sent and focus would be lost.
const sent = new WeakMap();

function onceOnly(event) {
  const form = event.target;
  // By attribute: a field called "method" would hide the form's own property.
  if ((form.getAttribute('method') || '').toLowerCase() !== 'post') return;
  const last = sent.get(form);
  if (last && Date.now() - last < 3000) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  sent.set(form, Date.now());
}

document.addEventListener('submit', onceOnly, true);
document.querySelectorAll('textarea[data-max-words]').forEach(countWords);
document.querySelectorAll('form[data-guard]').forEach(guard);
document.querySelectorAll('.govuk-error-summary').forEach((summary) => {
  summary.addEventListener('click', followSummary);
});
moveFocus();

// A page that waits for something reloads by itself while it is visible.
document.querySelectorAll('[data-again]').forEach((part) => {
  window.setInterval(() => {
    if (document.visibilityState === 'visible') window.location.reload();
  }, Number(part.dataset.again) * 1000);
});

// Ten minutes before the session ends the page says so; renewing it keeps what is typed in the page.
const WARNED = 10 * 60;

function watchSession(form) {
  const end = form.querySelector('[data-end]');
  const warning = form.querySelector('[data-warning]');
  let until = form.dataset.until;
  let endsAt = Date.now() + Number(form.dataset.session) * 1000;
  let said = '';

  const say = (text) => {
    if (text === said) return;
    said = text;
    warning.textContent = text;
    form.classList.toggle('session--soon', Boolean(text));
  };

  const look = () => {
    const left = (endsAt - Date.now()) / 1000;
    if (left > WARNED) say('');
    else if (left > 0) say(`You will be signed out at ${until}. Stay signed in, or save what you typed before then.`);
    else say(`You were signed out at ${until}. What you type is kept when you save it and sign in again.`);
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, {
        method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' },
      });
      const { signed_in: renewed } = await answer.json();
      until = renewed.until;
      endsAt = Date.now() + renewed.seconds * 1000;
      end.textContent = `You are signed in until ${until}.`;
      look();
    } catch {
      say('This could not be done: you may be signed out already. What you type is kept when you save it.');
    }
  });
  window.setInterval(look, 10000);
  document.addEventListener('visibilitychange', look);
  look();
}

document.querySelectorAll('form[data-session]').forEach(watchSession);
