// What the tests of the 45 capabilities share: a real office of one body with its real
// programs on a clock that a test moves, people with tokens and browsers, and the looks
// that every test takes: decision, ledger, proof.
'use strict';
const { spawn, spawnSync } = require('child_process');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const { free, code } = require('../city.js');
const { Terminal } = require('../terminal.js');

const build = path.resolve(process.env.TAGS_BUILD || path.join(__dirname, '../../../build'));
const BEGIN = '2026-04-01'; // the first day of the sample offices' posts
const READER = 'hayashi';   // holds the IT section in every sample office: sees ledger and proof
const tests = [];

// tag('mail-quota', 'way' | 'violation', 'what is shown', { body: 'hannan' }, async (t) => { ... })
function tag(name, kind, says, options, run) {
  const asked = typeof options === 'function' ? {} : options;
  tests.push({ tag: name, kind, says, body: asked.body || 'hannan', fresh: !!asked.fresh, run: run || options });
}

function check(good, text) {
  if (!good) throw new Error(text);
}
const brief = (value) => String(JSON.stringify(value)).slice(0, 600);
const rest = (ms) => new Promise((done) => setTimeout(done, ms));

function sekisho(...words) {
  const said = spawnSync(`${build}/bin/sekisho`, words, { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (said.error) throw said.error;
  return said;
}
function must(...words) {
  const said = sekisho(...words);
  check(said.status === 0, `sekisho ${words.slice(0, 3).join(' ')}: ${said.status} ${said.stdout}${said.stderr}`);
  return said;
}

// ---- an office ---------------------------------------------------------------------

class Office {
  constructor(body) { Object.assign(this, { body, tokens: new Map(), people: new Map(), offset_ms: 0 }); }

  async start() {
    this.folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-tags-')), 'office');
    [this.outer, this.inner] = [await free(), await free()];
    must('init', this.folder, '--policy', this.body, '--sample', '--today', BEGIN);
    this.configure({ outer: this.outer, inner: this.inner, clamd: `${this.folder}/run/clamd.sock` });
    this.offset_ms = Number(fs.readFileSync(`${this.folder}/clock.offset`, 'utf8'));
    await this.run();
    return this;
  }
  configure(lines) {
    const file = `${this.folder}/sekisho.conf`;
    let text = fs.readFileSync(file, 'utf8');
    for (const [name, value] of Object.entries(lines))
      text = text.replace(new RegExp(`^${name} = .*\n`, 'm'), '') + `${name} = ${value}\n`;
    fs.writeFileSync(file, text);
  }
  async run() {
    const log = fs.openSync(`${this.folder}/sekisho.log`, 'a');
    this.programs = spawn(`${build}/bin/sekishod`, ['-C', this.folder], { stdio: ['ignore', 'ignore', log] });
    fs.closeSync(log);
    const [host, port] = this.inner.split(':');
    for (let i = 0; i < 300; i++) {
      const open = await new Promise((ok) => {
        const s = net.connect(Number(port), host, () => { s.destroy(); ok(true); }).on('error', () => ok(false));
      });
      if (open) return;
      await rest(100);
    }
    throw new Error(`the office does not answer: ${fs.readFileSync(`${this.folder}/sekisho.log`, 'utf8').slice(-1500)}`);
  }
  async stop() {
    if (!this.programs || this.programs.exitCode !== null) return;
    const ended = new Promise((done) => this.programs.once('exit', done));
    this.programs.kill('SIGTERM');
    await ended;
  }
  async again() { await this.stop(); await this.run(); }
  async end() {
    await this.stop();
    const verified = sekisho('ledger', 'verify', '-C', this.folder);
    if (!process.env.TAGS_KEEP) fs.rmSync(path.dirname(this.folder), { recursive: true, force: true });
    check(verified.status === 0, `${this.body}: the ledger does not verify: ${verified.stdout}${verified.stderr}`);
  }

  // ---- time: only forwards
  now() { return Date.now() + this.offset_ms; }
  today() { return new Date(this.now() + 9 * 3600e3).toISOString().slice(0, 10); }
  day(iso, clock = '09:00') {
    const to = Date.parse(`${iso}T${clock}:00+09:00`);
    check(to >= this.now() - 1000, `the office's clock stands at ${this.today()}, it is not put back to ${iso}`);
    this.offset_ms = to - Date.now();
    fs.writeFileSync(`${this.folder}/clock.new`, String(Math.round(this.offset_ms)));
    fs.renameSync(`${this.folder}/clock.new`, `${this.folder}/clock.offset`);
  }
  days(count) { this.day(new Date(this.now() + 9 * 3600e3 + count * 86400e3).toISOString().slice(0, 10)); }
  // until(what, asked): asked again and again until it is truthy; a passing day is
  // looked at by sekisho-clock every two seconds
  async until(what, asked, seconds = 20) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await rest(200)) {
      const got = await asked();
      if (got) return got;
    }
    throw new Error(`did not come: ${what}`);
  }

  // ---- people
  token(login) {
    if (!this.tokens.has(login))
      this.tokens.set(login, must('token', 'make', login, '-C', this.folder, '--purpose', '試験', '--scopes',
        scopes()).stdout.trim());
    return this.tokens.get(login);
  }
  // api(login, 'POST', '/acts', {...}) -> { status, data }; login null: without a token
  async api(login, method, to, body, headers = {}) {
    const reply = await fetch(`http://${this.inner}/api/v1${to}`, { method,
      headers: { ...(login ? { authorization: `Bearer ${this.token(login)}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await reply.text();
    let data = null;
    try { data = JSON.parse(text); } catch { data = text; }
    return { status: reply.status, data };
  }
  // the answer's data, which must be a 200
  async get(login, to) {
    const { status, data } = await this.api(login, 'GET', to);
    check(status === 200, `GET ${to}: ${status} ${brief(data)}`);
    return data;
  }
  async post(login, to, body = {}, headers) {
    const { status, data } = await this.api(login, 'POST', to, body, headers);
    check(status === 200, `POST ${to} ${brief(body)}: ${status} ${brief(data)}`);
    return data;
  }
  // refused('aoki', 'POST', '/acts', {...}, 'HN-2.6.1(11)-1'): a problem that names the clause
  async refused(login, method, to, body, clause) {
    const { status, data } = await this.api(login, method, to, body);
    check(status === 403, `${method} ${to} ${brief(body)}: ${status} instead of a refusal: ${brief(data)}`);
    check(!clause || data.clause === clause, `${method} ${to}: refused by ${data.clause}, not by ${clause}: ${data.detail}`);
    check(/[\u3041-\u3093]/.test(data.detail), `a refusal without a sentence: ${brief(data)}`);
    return data;
  }
  async person(login) { // the person's id
    if (!this.people.has(login)) this.people.set(login, (await this.get(login, '/me')).id);
    return this.people.get(login);
  }
  // a signed-in terminal on the inner side (forms with their one-time tokens)
  async terminal(login) {
    const person = { login, step: 0, secret: '', password: 'Shiosai-Tags-2026' };
    const provisional = must('person', 'password-reset', '-C', this.folder, login).stdout.trim().split(/\s+/).pop();
    const it = new Terminal(this.inner), own = person.password;
    await it.post('/signin', { form: await it.form('/signin'), login, password: provisional });
    await it.post('/signin/password', { form: await it.form('/signin/password'), password: own, again: own });
    const page = await it.get('/signin/device');
    person.secret = (page.text.match(/class="mono secret">([^<]+)</) || ['', ''])[1].replace(/\s/g, '');
    check(person.secret, `no secret on the device page: ${page.text.slice(0, 2000)}`);
    const form = page.text.slice(page.text.indexOf('action="/signin/device"')).match(/name="form" value="([^"]+)"/)[1];
    await it.post('/signin/device', { form, code: code(this, person) });
    const home = await it.get('/');
    check(home.status === 200, `${login} is not signed in: ${home.status} ${home.location}`);
    return Object.assign(it, { person });
  }
  // a browser page with that person's session
  async browser(login, width = 1280) {
    const kit = require('../kit.js');
    this.chromium = this.chromium || await kit.open();
    const it = await this.terminal(login);
    const page = await kit.person(this.chromium, width);
    await page.context().addCookies(Object.entries(it.cookies).map(([name, value]) =>
      ({ name, value, url: `http://${this.inner}/`, httpOnly: true, sameSite: 'Strict' })));
    return page;
  }

  // ---- the looks
  async entries(query = {}) { // newest first
    const words = new URLSearchParams(Object.entries(query).map(([k, v]) => [k, String(v)]));
    return (await this.get(READER, `/ledger/entries?${words}`)).items;
  }
  // entry({ kind: 'deed.', subject: row }, ['HN-...']): the newest such entry; it names the clauses
  async entry(query, clauses = [], after = -1) {
    const one = typeof query === 'number' ? await this.get(READER, `/ledger/entries/${query}`)
      : (await this.entries({ limit: 20, ...query })).find((e) => e.seq > after);
    check(one, `no entry ${brief(query)}`);
    for (const clause of clauses) check(one.clauses.includes(clause), `entry ${one.seq} (${one.kind}) names ${one.clauses}, not ${clause}`);
    return one;
  }
  async last() { return (await this.entries({ limit: 1 }))[0].seq; }
  async states() { return new Map((await this.get(READER, '/proof')).items.map((c) => [c.id, c.state])); }
  async state(clause) {
    const state = (await this.states()).get(clause);
    check(state, `no such clause: ${clause}`);
    return state;
  }
  // the clause's state is from before and to after; either may be a list
  async changes(clause, from, to, act) {
    const [before, made, after] = [await this.state(clause), await act(), await this.state(clause)];
    check([].concat(from).includes(before), `${clause} stood ${before} before, not ${from}`);
    check([].concat(to).includes(after), `${clause} stands ${after}, not ${to}, after ${brief(made)}`);
    return made;
  }
  cli(...words) { return sekisho(...words, '-C', this.folder); }

  // shows('no-asset', 'mfa/locked'): these sentences of sentences.tsv have been seen to hold,
  // of the test's own tag where none is named
  shows(...words) { this.shown.push(...words.map((w) => (w.includes('/') ? w : `${this.tag} ${w}`).replace('/', ' '))); }
}

let known;
function scopes() { // every scope there is
  if (!known) {
    const source = fs.readFileSync(path.join(__dirname, '../../../src/web/api/table.c'), 'utf8');
    known = [...source.matchAll(/^\t\{"([a-z]+\.[a-z]+)", "/gm)].map((m) => m[1]).join(',');
  }
  return known;
}

// ---- running ---------------------------------------------------------------------------

// Tests of one file and one body share an office, in their order; `fresh` has one of its own.
async function run(files, only) {
  const results = [];
  for (const file of files) {
    tests.length = 0;
    require(file);
    const wanted = tests.filter((t) => !only || t.tag === only);
    const offices = new Map();
    for (const t of wanted) {
      const began = Date.now();
      let wrong = '';
      const key = t.fresh ? `${t.body} ${t.says}` : t.body;
      try {
        if (!offices.has(key)) offices.set(key, await new Office(t.body).start());
        await t.run(Object.assign(offices.get(key), { tag: t.tag, shown: [] }));
      } catch (error) {
        wrong = String(error && error.stack || error).split('\n').slice(0, 6).join('\n  ');
      }
      if (wrong) console.log(`FAIL ${t.tag} ${t.kind}: ${t.says}\n  ${wrong}`);
      const shown = wrong ? [] : offices.get(key).shown;
      results.push({ ...t, file: path.basename(file), wrong, shown, ms: Date.now() - began });
      if (t.fresh && offices.has(key)) await close(offices, key, results);
    }
    for (const key of [...offices.keys()]) await close(offices, key, results);
  }
  return results;
}
async function close(offices, key, results) {
  const office = offices.get(key);
  offices.delete(key);
  try {
    if (office.chromium) await office.chromium.close();
    await office.end();
  } catch (error) {
    console.log(`FAIL ${key}: ${error.message}`);
    results.push({ tag: '', kind: 'ledger', says: key, wrong: error.message });
  }
}

module.exports = { tag, check, brief, rest, run, must, sekisho, Office, BEGIN };
