// What people do on pages, without a browser: forms with their one-time tokens, over
// a signed-in Terminal.  Every call says what the page answered.
'use strict';

class Hand {
  constructor(terminal) { this.terminal = terminal; }

  // the one-time token (and turn) of the form on page `at` that posts to `action`
  async form(at, action) {
    const page = await this.terminal.get(at);
    const start = page.text.indexOf(`action="${action.replace(/&/g, '&amp;')}"`);
    if (page.status !== 200 || start < 0) return { status: page.status, text: page.text, hidden: null };
    const here = page.text.slice(start, page.text.indexOf('</form>', start));
    const hidden = {};
    for (const m of here.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) hidden[m[1]] = m[2];
    return { status: 200, text: page.text, hidden };
  }
  // fill the form of a page in and send it
  async send(at, action, fields) {
    const form = await this.form(at, action);
    if (!form.hidden) throw new Error(`no form to ${action} on ${at} (${form.status}): ${text(form.text).slice(0, 600)}`);
    const body = Object.entries({ ...form.hidden, ...fields }).flatMap(([k, v]) => [].concat(v).map((one) => [k, one]));
    const reply = await this.terminal.post(action, body);
    return { ...reply, said: text(reply.text) };
  }

  // ---- proceedings: /cases
  async open(kind, name, facts = {}) {
    const to = `/cases/new/${kind}`;
    const reply = await this.send(to, to, { name, ...prefixed(facts) });
    if (reply.status !== 303) throw new Error(`${kind} is not opened: ${reply.status} ${reply.said.slice(0, 800)}`);
    return reply.location;
  }
  move(where, act, more = {}) { return this.send(where, where, { move: act, ...more }); }
  // answers to items: every one that is asked now, or those named
  async answer(where, answers) {
    const page = await this.terminal.get(where), fields = { act: 'items' };
    for (const m of new Set([...page.text.matchAll(/name="(i\.[^"]+)"/g)].map((x) => x[1]))) {
      const item = m.split('.').pop();
      const said = typeof answers === 'string' ? answers : answers[item];
      if (said) [fields[m], fields[`e.${m.slice(2)}`]] = [].concat(said);
      if (fields[`e.${m.slice(2)}`] === undefined) delete fields[`e.${m.slice(2)}`];
    }
    return this.send(where, where, fields);
  }
  // what is written of it takes the place of all that stood there
  fill(where, facts) { return this.send(where, where, { act: 'fill', ...prefixed(facts) }); }

  // ---- what was done or has happened: /record
  tell(act, row, facts = {}, more = {}) {
    const at = `/record?act=${act}&row=${row}`;
    return this.send(at, '/record', { act, row, ...prefixed(facts), ...more });
  }
  // the record that the deed opened, with what is still empty, written and closed
  async write(record, facts) {
    const filled = await this.send(record, record, { ...prefixed(facts), close: '1' });
    return filled;
  }

  // ---- applications: /apply, /decide
  async apply(act, facts, purpose, more = {}) {
    const at = `/apply/${act}${facts.object ? `?object=${facts.object}` : ''}`;
    return this.send(at, `/apply/${act}`, { act: 'send', purpose, ...prefixed(facts), ...more });
  }
  decide(where, act, reason = '') { return this.send(where, where, { act, reason }); }
}

const prefixed = (facts) => Object.fromEntries(Object.entries(facts).map(([k, v]) => [`f.${k}`, v]));
const text = (html) => html.replace(/<(style|script)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ').replace(/&amp;/g, '&')
  .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/\s+/g, ' ');

// ---- looks that several files take at an office of tags/kit.js

const hands = new Map(); // one sign-in a person and office
async function hand(t, login) {
  const key = `${t.folder} ${login}`;
  if (!hands.has(key)) hands.set(key, new Hand(await t.terminal(login)));
  return hands.get(key);
}
// the obligations of a clause, a line each, and one of them whole
function duties(t, clause, ...more) {
  const said = t.cli('duty', 'list', '--clause', clause, ...more);
  if (said.status !== 0) throw new Error(`duty list: ${said.stderr}`);
  return said.stdout.split('\n').filter(Boolean).map((line) => {
    const [id, state, due, , label, owed, object] = line.split('\t');
    return { id, state, due, label, owed, object };
  });
}
const whole = (t, one) => JSON.parse(t.cli('duty', 'show', one.id).stdout);
// the page says these words
function told(reply, words) {
  if (!reply.said.includes(words)) throw new Error(`no 「${words}」 (${reply.status}): ${reply.said.slice(0, 1200)}`);
}

module.exports = { Hand, text, hand, duties, whole, told };
