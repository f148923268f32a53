// Files and mails carried from the Internet side to the LGWAN side and back, through the
// real programs: the web's two listeners, the gate, its workers, and a clamd of our own.
'use strict';
const { spawnSync } = require('child_process');
const path = require('path');
const zlib = require('zlib');
const { tag, check, brief, rest } = require('./kit.js');
const { Terminal } = require('../terminal.js');
const { text } = require('../forms.js');
const { word, zip } = require('../documents.js');

const CLAMD = path.join(__dirname, '../../tools/start-clamd.sh');
const SIGN = ['sekisho', 'test', 'signature', '37a1'].join('-'); // what our clamd takes for a virus

// ---- the office with its clamd, and one member of staff at both sides

function clamd(t, ...words) {
  const said = spawnSync(CLAMD, [...words, `${t.folder}/run`], { encoding: 'utf8' });
  check(said.status === 0, `clamd: ${said.stdout}${said.stderr}`);
}
async function desk(t) {
  if (t.desk) return t.desk;
  clamd(t);
  const end = t.end.bind(t);
  t.end = async () => { clamd(t, '--stop'); return end(); };
  const inner = await t.terminal('aoki'), outer = new Terminal(t.outer);
  await outer.signIn(t, inner.person);
  t.desk = { inner, outer };
  return t.desk;
}
async function post(terminal, to, body) { // answered as bytes
  const cookie = Object.entries(terminal.cookies).map(([k, v]) => `${k}=${v}`).join('; ');
  const reply = await fetch(`http://${terminal.host}${to}`, { method: 'POST', body, redirect: 'manual',
    headers: { cookie, origin: `http://${terminal.host}` } });
  return { status: reply.status, location: reply.headers.get('location'), name: reply.headers.get('content-disposition') || '',
    bytes: Buffer.from(await reply.arrayBuffer()) };
}
// [[name, bytes], ...] sent through /send or /provide; the crossing's id
async function carry(t, to, files, more = {}) {
  const { inner, outer } = await desk(t), terminal = to === '/send' ? outer : inner;
  const form = new FormData();
  const fields = { form: await terminal.form(to), purpose: '届いた書類を確かめるため', importance: 'C', partner: '青波測量',
    ...(to === '/send' ? { receiver: '' } : { protection: 'none', not_needed: '' }), act: 'send', ...more };
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const [name, bytes] of files) form.append('file', new Blob([bytes]), name);
  const sent = await post(terminal, to, form);
  check(sent.status === 303 && /^\/crossings\//.test(sent.location || ''), `not sent: ${sent.status} ${text(sent.bytes.toString()).slice(0, 900)}`);
  return sent.location.split('/')[2];
}
const crossing = (t, id) => t.get('aoki', `/crossings/${id}`);
// the files by their names when none of them waits any more
async function settled(t, id) {
  const it = await t.until(`the outcome of ${id}`, async () => {
    const now = await crossing(t, id);
    return now.files.every((f) => !['waiting', 'checked'].includes(f.state)) && now;
  }, 30);
  return new Map(it.files.map((f) => [f.name, f]));
}
// what the record book of crossings holds of the newest hand-overs, newest first
const booked = async (t) => (await t.get('aoki', '/records/crossings?limit=20')).items;
const page = async (terminal, id) => text((await terminal.get(`/crossings/${id}`)).text);
// what the receiver gets; the form's token is the page's own
async function collect(terminal, id, file, what = 'collect', page_ = '') {
  const shown = page_ || (await terminal.get(`/crossings/${id}`)).text;
  const action = `/files/${file.id}/${what}`, at = shown.indexOf(`action="${action}"`);
  const token = (at < 0 ? shown : shown.slice(at)).match(/name="form" value="([^"]+)"/);
  return { offered: at >= 0, ...await post(terminal, action, new URLSearchParams({ form: token ? token[1] : '' })) };
}
async function collected(t, id, file) {
  const got = await collect((await desk(t)).inner, id, file);
  check(got.offered && got.status === 200 && got.bytes.length > 0, `${file.name}: not collected: ${got.status}`);
  return got;
}
// Neither its clean copy nor the file as it came leaves by any door, and no entry says so.
async function kept(t, id, file) {
  const { inner, outer } = await desk(t);
  for (const terminal of [inner, outer]) {
    const shown = (await terminal.get(`/crossings/${id}`)).text;
    for (const what of ['collect', 'original']) {
      const got = await collect(terminal, id, file, what, shown);
      check(!got.offered && got.status >= 400, `${file.name}: ${what} gives ${got.status} at ${terminal.host}`);
    }
  }
  const done = (await t.entries({ subject: file.id, limit: 50 })).map((e) => e.kind);
  for (const kind of ['checked', 'released', 'collected'])
    check(!done.includes(`crossing.file.${kind}`), `${file.name}: ${kind}: ${done}`);
  check(!done.some((k) => k.startsWith('crossing.original.')), `${file.name}: ${done}`);
}
// stopped with a sentence on its page and a clause in its entry
async function refused(t, id, file, word_, clause) {
  check(file.state === 'refused' && file.refusal === word_, `${file.name}: ${brief(file)}`);
  check(file.clause === clause && /[ぁ-ん]/.test(file.sentence), `${file.name}: no sentence or clause: ${brief(file)}`);
  const entry = await t.entry({ kind: 'crossing.file.refused', subject: file.id }, [clause]);
  check(entry.data.refusal === word_, brief(entry));
  const said = await page((await desk(t)).outer, id);
  check(said.includes(file.sentence.slice(0, 20)) && said.includes('根拠'), `${file.name}: not told on its page: ${said.slice(0, 900)}`);
  await kept(t, id, file);
}
function unzip(bytes, name) { // one member of a small zip with a directory
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  for (let at = bytes.readUInt32LE(end + 16), n = bytes.readUInt16LE(end + 10); n > 0; n--) {
    const [size, len, extra, note, head] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)];
    if (bytes.toString('utf8', at + 46, at + 46 + len) === name) {
      const from = head + 30 + bytes.readUInt16LE(head + 26) + bytes.readUInt16LE(head + 28), data = bytes.subarray(from, from + size);
      return bytes.readUInt16LE(at + 10) ? zlib.inflateRawSync(data) : data;
    }
    at += 46 + len + extra + note;
  }
  return null;
}

// Clauses that stood unproven are proven by what was done.
async function proven(t, clauses, act) {
  const before = await t.states(), made = await act(), after = await t.states();
  for (const clause of clauses) {
    check(before.get(clause) === 'unproven', `${clause} stood ${before.get(clause)} before`);
    check(['enforced', 'met'].includes(after.get(clause)), `${clause} stands ${after.get(clause)} after it`);
  }
  return made;
}
const PASSED = ['HN-2.3(2)-1/1', 'HN-2.3(2)-1/2', 'HN-2.6.4(1)-1']; // the clauses that let a file in
async function released(t, file) { // its entries, of the gate; what was checked
  for (const kind of ['crossing.file.checked', 'crossing.file.released']) {
    const entry = await t.entry({ kind, subject: file.id }, PASSED);
    check(entry.actor === 'sekisho-gate', `${kind} by ${entry.actor}`);
  }
  return (await t.entry({ kind: 'crossing.file.checked', subject: file.id })).data;
}

function minute(t) { // the office's clock goes on to the minute after next
  const then = new Date(t.now() + 9 * 3600e3 + 120e3).toISOString();
  t.day(then.slice(0, 10), then.slice(11, 16));
}

// ---- sanitise-file

tag('sanitise-file', 'way', 'a document with a macro is taken apart, rebuilt in its format without it, and collected inside', async (t) => {
  await desk(t);
  const sent = new Map([['様式第3号.docm', word('固定資産税の様式', true)], ['見積書.docx', word('見積書　金額 1,200,000円')]]);
  const clauses = ['HN-2.3(2)-1/2', 'HN-2.3(2)-1c', 'HN-1.5(3)-2/2', 'HN-2.6.4(1)-1', 'HN-2.6.4(3)-2'];
  const [id, files] = await proven(t, clauses, async () => {
    const to = await carry(t, '/send', [...sent]);
    return [to, await settled(t, to)];
  });
  const asked = await t.entry({ kind: 'crossing.submitted', subject: id });
  check(asked.actor === await t.person('aoki'), `the one who asked is not kept: ${brief(asked)}`);
  for (const [name, was] of sent) {
    const file = files.get(name);
    check(file.state === 'released' && file.type === 'docx', brief(file));
    const data = await released(t, file);
    check(data.sanitised === true && /^[0-9a-f]{64}$/.test(data.clean_digest) && /clamav/i.test(data.scanned_by), brief(data));
    check(data.removed === file.removals.length && data.ending === 'docx', brief(data));
    const got = await collected(t, id, file);
    check(got.bytes.length === data.clean_bytes && !got.bytes.equals(was), `${name}: the original came through`);
    check(decodeURIComponent(got.name).includes(name.replace('docm', 'docx')), `collected as ${got.name}`);
    const body = String(unzip(got.bytes, 'word/document.xml')), says = name.endsWith('docm') ? '固定資産税の様式' : '1,200,000円';
    check(body.includes(says), `${name}: the text is lost: ${body.slice(0, 400)}`);
    check(!got.bytes.includes('vbaProject') && !String(unzip(got.bytes, '[Content_Types].xml')).includes('macroEnabled'), 'the macro came through');
    await t.entry({ kind: 'crossing.file.collected', subject: file.id });
  }
  const aoki = await t.person('aoki'), book = (await booked(t)).slice(0, sent.size);
  check(book.length === sent.size && book.every((e) => e.act === 'transfer' && e.state === 'closed' && e.cells.performer === aoki &&
    e.cells.importance === 'C' && e.cells.scanned === 'yes' && e.cells.performed_at), `not in the record book: ${brief(book)}`);
  const macro = files.get('様式第3号.docm');
  check(macro.removals.some((r) => r.what === 'vba'), `the macro is not told: ${brief(macro)}`);
  check((await page((await desk(t)).inner, id)).includes('マクロ'), 'the page does not tell what was taken off');
});
tag('sanitise-file', 'violation', 'a program, an unknown format, a broken file, a disguise, a nest, a bomb: refused each, the rest goes on, nothing of them leaves', async (t) => {
  const deep = [...Array(12)].reduce((inner, _, i) => zip([[`${i}.zip`, inner]]), zip([['a.txt', 'a']]));
  const bad = [['setup.exe', Buffer.from('MZ\x90\x00'.padEnd(512, '\0'), 'latin1'), 'forbidden'],
    ['図面.xyz', Buffer.from('\x01\x02\x03 of no format', 'latin1'), 'unknown'],
    ['途中まで.docx', word('途中で切れた様式').subarray(0, 400), 'damaged'],
    ['装い.docx', '%PDF-1.4\n', 'mismatch'], ['深い.zip', deep, 'deep'],
    ['爆弾.zip', zip([['0.txt', Buffer.alloc(16 << 20)]]), 'bomb']];
  const id = await carry(t, '/send', [...bad, ['正しい.docx', word('正しい様式')]]);
  const files = await settled(t, id);
  for (const [name, , refusal] of bad) await refused(t, id, files.get(name), refusal, 'HN-2.3(2)-1/2');
  await released(t, files.get('正しい.docx'));
  await collected(t, id, files.get('正しい.docx'));
  t.shows('unknown-format', 'broken', 'nest-or-bomb', 'nothing-partial');
});
tag('sanitise-file', 'violation', 'what lies under a password is held until it is opened; a wrong one opens nothing, ten of them end it', async (t) => {
  const { outer } = await desk(t);
  const members = [['申請書.txt', '申請者　青木\r\n']].map((m) => m.map((x) => Buffer.from(x).toString('hex')));
  const made = spawnSync('python3', [path.join(__dirname, '../../locked/zipcrypto.py')], { input: JSON.stringify(
    { password: Buffer.from('Aonami-2026').toString('hex'), aes: true, members }) });
  check(made.status === 0, String(made.stderr));
  const id = await carry(t, '/send', [['申請書類.zip', made.stdout]]);
  const state = async () => (await settled(t, id)).get('申請書類.zip');
  const file = await state();
  check(file.state === 'locked' && /[ぁ-ん]/.test(file.sentence), `not held: ${brief(file)}`);
  await t.entry({ kind: 'crossing.file.locked', subject: file.id }, ['HN-2.3(2)-1/2']);
  await kept(t, id, file);
  for (let i = 1; i <= 10; i++) {
    const at = `/files/${file.id}/password`, seq = await t.last();
    const shown = (await outer.get(`/crossings/${id}`)).text;
    const token = shown.slice(shown.indexOf(`action="${at}"`)).match(/name="form" value="([^"]+)"/)[1];
    const given = await post(outer, at, new URLSearchParams({ form: token, password: `wrong-${i}` }));
    check(given.status === 303, `not tried: ${given.status}`);
    await t.until('the gate has tried it', async () => (await t.entries({ subject: file.id, limit: 5 }))
      .some((e) => e.seq > seq && /file\.(locked|refused)$/.test(e.kind)), 20);
  }
  await refused(t, id, await state(), 'password', 'HN-2.3(2)-1/2');
  t.shows('password-archive', 'transfer-protection/sealed-payload');
});
tag('sanitise-file', 'violation', 'while nothing scans, files wait and say so; then they go on by themselves', async (t) => {
  const { inner, outer } = await desk(t);
  clamd(t, '--stop');
  const id = await carry(t, '/send', [['照会文.docx', word('照会します')]]);
  await t.until('the page tells why it waits', async () => (await page(outer, id)).includes('ウイルスの検査ができないため、待っています'));
  const file = (await crossing(t, id)).files[0];
  check(file.state === 'waiting', `nothing scanned it: ${brief(file)}`);
  await kept(t, id, file);
  minute(t); // tried again, and still nothing passes
  await rest(1000);
  check((await crossing(t, id)).files[0].state === 'waiting', 'passed without a scan');
  await kept(t, id, file);
  clamd(t);
  minute(t);
  const done = (await settled(t, id)).get('照会文.docx');
  check(done.state === 'released', brief(done));
  await released(t, done);
  check((await collect(inner, id, done)).status === 200, 'not collected');
});

// ---- sanitise-mail

const lines = (...all) => Buffer.from(all.join('\r\n') + '\r\n');
const folded = (bytes) => Buffer.from(bytes).toString('base64').replace(/.{76}/g, '$&\r\n');
const head = ['From: =?UTF-8?B?6Z2S5rOi5ris6YeP?= <survey@aonami.example>', 'To: zeimu@city.example', 'Subject: Reply 7421',
  'Date: Wed, 01 Apr 2026 08:30:00 +0900', 'Message-ID: <7421@aonami.example>', 'MIME-Version: 1.0'];
const html = '<html><head><script>steal()</script></head><body><p>見積りを<b>送ります</b>。</p>' +
  '<img src="http://track.example/p.gif?id=7421" width="1" height="1"><a href="javascript:go()">開く</a></body></html>';
function letter(name, attached) {
  return lines(...head, 'Content-Type: multipart/mixed; boundary="=_outer"', '', '--=_outer',
    'Content-Type: text/html; charset=UTF-8', 'Content-Transfer-Encoding: base64', '', folded(html), '--=_outer',
    `Content-Type: application/octet-stream; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`,
    'Content-Transfer-Encoding: base64', '', folded(attached), '--=_outer--');
}

const body = (text_) => Buffer.from(text_.match(/Content-Type: text\/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n([A-Za-z0-9+/=\r\n]+)/)[1], 'base64').toString();

tag('sanitise-mail', 'way', 'a mail with a page, a remote picture and an attachment comes inside as text, the attachment rebuilt', async (t) => {
  await desk(t);
  const was = letter('form.docm', word('固定資産税の様式', true));
  const id = await carry(t, '/send', [['返信.eml', was]]);
  const file = (await settled(t, id)).get('返信.eml');
  check(file.state === 'released' && file.type === 'mail', brief(file));
  for (const what of ['mail-page', 'remote-picture', 'action', 'vba'])
    check(file.removals.some((r) => r.what === what && /[ぁ-ん]/.test(r.sentence)), `${what} is not told: ${brief(file.removals)}`);
  const data = await released(t, file);
  check(data.type === 'mail' && data.ending === 'eml' && data.sanitised === true && data.removed === file.removals.length, brief(data));
  check(['enforced', 'met'].includes(await t.state('HN-2.3(2)-1/2')), 'not proven');
  const got = (await collected(t, id, file)).bytes.toString();
  for (const kept_ of ['Subject: Reply 7421', 'Message-ID: <7421@aonami.example>', 'Date: Wed, 01 Apr 2026 08:30:00 +0900'])
    check(got.includes(kept_), `lost: ${kept_}`);
  const said = body(got);
  check(said.includes('見積りを送ります'), `the text is lost: ${said}`);
  check(!/text\/html/i.test(got) && !/<(p|b|img|a|script)\b|track\.example|javascript:|steal\(/i.test(said), `more than text: ${said}`);
  const packed = got.match(/filename="form\.docx"\r\n\r\n([A-Za-z0-9+/=\r\n]+)--/);
  check(packed, 'no attachment form.docx');
  const inside = Buffer.from(packed[1], 'base64');
  check(String(unzip(inside, 'word/document.xml')).includes('固定資産税の様式') && !inside.includes('vbaProject'), 'the attachment is not rebuilt');
});
tag('sanitise-mail', 'way', 'an attachment that cannot pass leaves its reason in the text, the mail goes on without it', async (t) => {
  const id = await carry(t, '/send', [['連絡.eml', letter('setup.exe', 'MZ\x90\x00 not a program')]]);
  const file = (await settled(t, id)).get('連絡.eml');
  const got = (await collected(t, id, file)).bytes.toString(), said = body(got);
  check(said.includes('【添付ファイル「setup.exe」を取り除きました】') && said.includes('見積りを送ります'), said);
  check(!got.includes('Content-Disposition: attachment') && !got.includes(folded('MZ\x90\x00 not a program')), 'the program came through');
});
tag('sanitise-mail', 'violation', 'an unreadable text, a torn mail, one that reads two ways, one under a certificate, one with a virus: never forwarded, never raw', async (t) => {
  const text_ = 'Content-Type: text/plain; charset=';
  const bad = [
    ['文字.eml', lines(...head, `${text_}x-unknown`, 'Content-Transfer-Encoding: base64', '', '//6A'), 'damaged'],
    ['破れ.eml', lines(...head, 'Content-Type: multipart/mixed; boundary="=_outer"', '', 'abc'), 'ambiguous'],
    ['二つ.eml', lines(...head, `${text_}UTF-8`, 'Content-Type: text/html', '', '<p>a</p>'), 'ambiguous'],
    ['封.eml', lines(...head, 'Content-Type: application/pkcs7-mime; smime-type=enveloped-data', 'Content-Transfer-Encoding: base64', '', folded('sealed')), 'locked'],
    ['感染.eml', letter('一覧.txt', SIGN), 'malware'],
  ];
  const id = await carry(t, '/send', bad);
  const files = await settled(t, id);
  for (const [name, , refusal] of bad)
    await refused(t, id, files.get(name), refusal, refusal === 'malware' ? 'HN-2.6.4(1)-1' : 'HN-2.3(2)-1/2');
  t.shows('unreadable', 'never-raw');
});

// ---- malware-gateway

const open_ = Object.fromEntries(['personal', 'specific', 'harm', 'undisclosed', 'hampers', 'from_inside'].map((name) => [name, 'no']));

tag('malware-gateway', 'way', 'a file is scanned on its way out too, the version noted, and collected outside', async (t) => {
  const { outer } = await desk(t);
  const [id, files] = await proven(t, ['HN-2.6.4(1)-2'], async () => {
    const to = await carry(t, '/provide', [['回答.csv', '番号,件数\r\n1,2\r\n']], open_);
    return [to, await settled(t, to)];
  });
  const file = files.get('回答.csv');
  check(file.state === 'released', brief(file));
  const entry = await t.entry({ kind: 'crossing.file.checked', subject: file.id }, ['HN-2.6.4(1)-2']);
  check(/clamav/i.test(entry.data.scanned_by), `no version: ${brief(entry)}`);
  const got = await collect(outer, id, file);
  check(got.status === 200 && got.bytes.toString() === '番号,件数\r\n1,2\r\n', `not collected outside: ${got.status}`);
  const [book] = await booked(t);
  check(book.act === 'provide' && book.state === 'closed' && book.cells.protection === 'none' && 'recipient' in book.cells && !('approver' in book.cells),
    `not in the record book: ${brief(book)}`);
});
tag('malware-gateway', 'violation', 'a virus is stopped both ways, also packed; what was found is kept for the IT section, the file sealed', async (t) => {
  const into = await carry(t, '/send', [['一覧.txt', `${SIGN}\r\n`], ['一式.zip', zip([['中/一覧.txt', `${SIGN}\r\n`]])]]);
  const came = await settled(t, into);
  for (const name of ['一覧.txt', '一式.zip']) await refused(t, into, came.get(name), 'malware', 'HN-2.6.4(1)-1');
  const out = await carry(t, '/provide', [['回答.csv', `番号\r\n${SIGN}\r\n`]], open_);
  const file = (await settled(t, out)).get('回答.csv');
  await refused(t, out, file, 'malware', 'HN-2.6.4(1)-2');
  const sent = await t.entry({ kind: 'crossing.submitted', subject: out });
  check(sent.actor === await t.person('aoki'), `whose machine it came from cannot be found: ${brief(sent)}`);
  const it = await t.terminal('hayashi');
  const seen = text((await it.get('/operation')).text);
  check(seen.includes('回答.csv') && seen.includes('Sekisho-Test-Signature'), `the IT section does not see what was found: ${seen.slice(0, 1500)}`);
  t.shows('kept-as-evidence');
});
tag('malware-gateway', 'violation', 'a carried virus opens an incident whose chain begins, and wants its machine found where it came from here', { fresh: true }, async (t) => {
  const into = await carry(t, '/send', [['一覧.txt', `${SIGN}\r\n`]]);
  const came = (await settled(t, into)).get('一覧.txt');
  check(came.refusal === 'malware', brief(came));
  const first = await t.entry({ kind: 'event.told' }, ['LOCAL-HN-13']);
  check(first.data.done === 'virus_carried' && first.data.reference === came.id && first.data.facts.sign_only === 'yes' && first.data.facts.infection === 'no', brief(first));
  const running = async () => (await t.get('tanaka', '/cases?kind=incident')).items;
  const [incident] = await running();
  check(incident && incident.section === 'tax' && incident.cells.sign_only === 'yes', `no incident: ${brief(incident)}`);
  const due = (task) => t.until(`${task} is owed`, async () => (await t.get('tanaka', '/duties?clause=LOCAL-HN-13')).items.find((d) => d.task === task));
  await due('incident.recognise');
  const open = await t.get('tanaka', '/duties?clause=LOCAL-HN-13');
  check(!open.items.some((d) => d.task === 'find_source'), 'a machine of ours is looked for though the virus came from outside');
  const out = await carry(t, '/provide', [['回答.csv', `番号\r\n${SIGN}\r\n`]], open_);
  check((await settled(t, out)).get('回答.csv').refusal === 'malware', 'it went out');
  check((await running()).length === 1, 'a second incident of the same happening while the first runs');
  await due('find_source');
  const moved = await t.post('tanaka', `/cases/${incident.id}/moves`, { turn: incident.turn, act: 'incident.recognise' });
  check(moved.outcome === 'moved', brief(moved));
  await t.until('the chain goes on', async () => (await t.get('tanaka', '/duties?clause=HN-2.5.3(1)-1')).items.length + (await t.entries({ kind: 'duty.opened', clause: 'HN-2.5.3(1)-1' })).length);
  t.shows('infected', 'source-machine');
});
tag('malware-gateway', 'violation', 'a peer that was breached: nothing goes to it until the cut is lifted, and what was released says that it was done', { fresh: true }, async (t) => {
  await desk(t);
  const before = await carry(t, '/provide', [['回答.csv', '番号\r\n1\r\n']], { ...open_, partner: '青波測量' });
  const sent = (await settled(t, before)).get('回答.csv');
  check(sent.state === 'released', brief(sent));
  const done = await t.entry({ kind: 'crossing.file.released', subject: sent.id });
  check(done.data.done === 'provide' && done.data.facts.actor === await t.person('aoki') && done.data.facts.scanned === 'yes', brief(done));
  const peer = await t.post('hayashi', '/registers/network/rows', { name: '青波測量', cells: { section: 'digital', external: 'yes' } });
  const told = await t.post('sato', '/acts', { act: 'peer_exposed', object: peer.id });
  check(told.case !== '' && told.due.some((d) => d.task === 'keep_networks_apart'), brief(told));
  const cut = await t.get('hayashi', `/registers/network/rows/${peer.id}`);
  check(cut.cells.halted === 'yes', `the line is not cut: ${brief(cut)}`);
  const { inner } = await desk(t);
  const tried = async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ form: await inner.form('/provide'), purpose: '測量の依頼', importance: 'C', partner: '株式会社青波測量',
      protection: 'none', not_needed: '', act: 'send', ...open_ })) form.set(name, value);
    form.append('file', new Blob(['番号\r\n2\r\n']), '依頼.csv');
    return post(inner, '/provide', form);
  };
  const refused_ = await tried();
  const says = text(refused_.bytes.toString());
  if (refused_.status === 303) {
    const stopped = (await settled(t, refused_.location.split('/')[2])).get('依頼.csv');
    check(stopped.state === 'refused' && stopped.clause === 'LOCAL-HN-14', `sent to a peer that is cut: ${brief(stopped)}`);
  } else check(refused_.status >= 400 && says.includes('市の選択 14'), `not told where one sends: ${refused_.status} ${says.slice(0, 900)}`);
  await t.post('hayashi', `/registers/network/rows/${peer.id}`, { version: cut.version, cells: { halted: 'no' } });
  const after = await carry(t, '/provide', [['依頼2.csv', '番号\r\n3\r\n']], { ...open_, partner: '青波測量' });
  check((await settled(t, after)).get('依頼2.csv').state === 'released', 'it stays cut though it was lifted');
});
tag('malware-gateway', 'violation', 'nothing goes out while nothing scans', async (t) => {
  const { inner } = await desk(t);
  clamd(t, '--stop');
  const id = await carry(t, '/provide', [['照会への回答.csv', '番号\r\n7421\r\n']], open_);
  await t.until('the page tells why it waits', async () => (await page(inner, id)).includes('ウイルスの検査ができないため、待っています'));
  const file = (await crossing(t, id)).files[0];
  check(file.state === 'waiting', brief(file));
  await kept(t, id, file);
  clamd(t);
  minute(t);
  check((await settled(t, id)).get('照会への回答.csv').state === 'released', 'it does not go on');
  t.shows('no-scanner');
});
