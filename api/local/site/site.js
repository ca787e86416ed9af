// Sends what the frontend sends: the form, and the link of a mail as soon as its page is open.

const opened = new Date().toISOString();

/** @param {string} path @param {unknown} [body] */
async function post(path, body) {
  const { csrf_token } = await (await fetch('/api/csrf-token/')).json();
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'X-CSRFToken': csrf_token, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok)
    throw new Error(answer.summary ?? (typeof answer.detail === 'string' ? answer.detail : answer.title));
  return answer;
}

/** @param {HTMLElement} where @param {Promise<string>} message */
function say(where, message) {
  message.then(
    (text) => {
      where.textContent = text;
    },
    (error) => {
      where.textContent = error.message;
    },
  );
}

const verify = document.getElementById('verify');
if (verify)
  say(
    verify,
    post(`/api/endorsements/verify/${verify.dataset.token}/`).then(({ message }) => message),
  );

const form = document.getElementById('endorse');
if (form instanceof HTMLFormElement) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const values = new FormData(form);
    const text = (/** @type {string} */ name) => String(values.get(name) ?? '');
    const texts = (/** @type {string[]} */ ...names) => Object.fromEntries(names.map((name) => [name, text(name)]));
    const said = document.getElementById('said');
    if (!said) return;
    const body = {
      campaign_id: Number(form.dataset.campaign),
      stakeholder: {
        ...texts('first_name', 'last_name', 'email', 'organization', 'role', 'type'),
        ...texts('street_address', 'city', 'state', 'zip_code'),
        email_updates: values.has('email_updates'),
      },
      statement: text('statement'),
      public_display: values.has('public_display'),
      terms_accepted: values.has('terms_accepted'),
      org_authorized: values.has('org_authorized'),
      form_metadata: { ...texts('website', 'url', 'homepage', 'confirm_email'), form_start_time: opened, referrer: '' },
    };
    say(
      said,
      post('/api/endorsements/', body).then(() => 'Thank you. A mail asks you to confirm: it is at /dev/mail.'),
    );
  });
}
