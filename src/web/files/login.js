// The log-in: by fetch, so that the password is never part of an address and a wrong one needs no new page.

const form = document.getElementById('login');
const trouble = document.getElementById('trouble');

/** Where to go: a page of our own, whatever the address says. */
function next() {
  try {
    const wanted = new URL(new URLSearchParams(location.search).get('next') ?? '/', location.origin);
    if (wanted.origin === location.origin) return wanted.pathname + wanted.search + (wanted.hash || location.hash);
  } catch {
    // no address at all
  }
  return '/';
}

// Who follows a link from elsewhere comes without the cookie, which is not sent with such a request, and may be logged in all the
// same. Asked as for a document: who is not is sent here again, and no box of the browser opens.
fetch('/api/v1/me', {cache: 'no-store', redirect: 'manual', headers: {Accept: 'text/html'}}).then(reply => { if (reply.ok) location.replace(next()); }, () => {});

form.addEventListener('submit', async submitted => {
  submitted.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  trouble.textContent = '';
  try {
    const reply = await fetch('/api/v1/login', {
      method: 'POST', headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({name: form.elements.name.value, password: form.elements.password.value})});
    if (reply.ok) return location.replace(next());
    trouble.textContent = reply.status === 401 ? 'This name and password do not fit.' : (await reply.json()).detail;
    form.elements.password.select();
  } catch {
    trouble.textContent = 'The daemon does not answer.';
  } finally {
    button.disabled = false;
  }
});
