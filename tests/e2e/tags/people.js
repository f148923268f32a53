// Who holds which post, who may sign in, with which password, with which powers.
'use strict';
const fs = require('fs');
const { tag, check, brief } = require('./kit.js');
const { hand, duties, whole, told } = require('../forms.js');
const { row, asset, sent, agreed } = require('../asking.js');
const { Terminal } = require('../terminal.js');
const { code } = require('../city.js');

const trip = { place: '市内の現地', until: 'R8.5.30', on_duty: 'yes' };

// ---- org-roles ---------------------------------------------------------------------------

tag('org-roles', 'way', 'where the CISO is prevented the supervisor acts, marked; a delegate decides, marked; both are kept', { fresh: true }, async (t) => {
  const manager = await hand(t, 'tanaka'), sato = await hand(t, 'sato'), deputy = await hand(t, 'hayashi'), staff = await hand(t, 'aoki');
  check(t.cli('person', 'away', 'kuroda', '--kind', 'prevented', '--reason', '入院').status === 0, 'not told');
  const site = await row(t, 'tanaka', 'site', '庁外のデータセンター', { section: 'tax', outside: 'yes', controlled: 'yes' });
  const server = await row(t, 'tanaka', 'host', '税の予備サーバ', { section: 'tax', form: 'server', site: site.id, issued: 'yes' });
  const where = sent(await manager.apply('place_server', { object: server.id, clear: 'yes', fixed: 'yes' }, '被災に備えるため'));
  await agreed(sato, where);
  const first = await t.get('tanaka', `/applications/${where.split('/')[2]}`);
  check(first.state === 'permitted' && first.words[0].mark === '代', `the CISO's substitute: ${brief(first.words)}`);
  await t.entry({ kind: 'application.permitted', subject: first.id }, ['HN-2.4.1(5)/1']);
  const given = t.cli('post', 'delegate', 'supervisor', 'deputy', '--matter', 'use_web_service', '--to', '2026-09-30');
  check(given.status === 0, given.stderr);
  const mail = sent(await staff.apply('use_web_service', { object: await t.person('aoki'), service_name: '動画の会議' , until: 'R8.5.30' }, '説明会のため'));
  await agreed(deputy, mail);
  const second = await t.get('aoki', `/applications/${mail.split('/')[2]}`);
  check(second.state === 'permitted' && second.words[0].mark === '専決', `the delegate: ${brief(second.words)}`);
  await t.entry({ kind: 'application.permitted', subject: second.id }, ['HN-2.5.1(1)-8d']);
});

tag('org-roles', 'violation', 'one\'s own application: his word does not count, the hole is told, and nobody counts twice', async (t) => {
  const manager = await hand(t, 'tanaka');
  const it = await asset(t, '管理者が持ち出す資料');
  const where = sent(await manager.apply('take_out', { object: it.id, ...trip }, '会議で説明するため'));
  const id = where.split('/')[2];
  const open = await t.get('tanaka', `/applications/${id}`);
  const me = await t.person('tanaka');
  check(open.slots.length === 1 && !open.slots[0].holders.includes(me), `he could permit himself: ${brief(open.slots)}`);
  const page = await manager.terminal.get(where);
  check(open.slots[0].holders.length || page.text.includes('決裁できる人がいません'), 'the page does not say that nobody can permit it');
  await t.refused('tanaka', 'POST', `/applications/${id}/answers`, { answer: 'agree' }, 'HN-2.1(3)-1');
  await t.entry({ kind: 'application.denied', subject: id });
  const software = await row(t, 'hayashi', 'software', '図面の閲覧ソフト', { section: 'digital', approved: 'yes', licences: '5', installed: '1', copied: 'no' });
  const pc = await row(t, 'hayashi', 'host', 'デジタル推進課の端末', { section: 'digital', form: 'pc', issued: 'yes' });
  check(t.cli('post', 'delegate', 'supervisor', 'deputy', '--matter', 'install_software', '--to', '2026-09-30').status === 0, 'not delegated');
  const mori = await hand(t, 'mori'), both = await hand(t, 'hayashi');
  const two = sent(await mori.apply('install_software', { object: software.id, device: pc.id, for_business: 'yes' }, '図面を見るため'));
  await agreed(both, two);
  const still = await t.get('mori', `/applications/${two.split('/')[2]}`);
  check(still.state === 'open', `deputy and manager in one person signed both: ${brief(still.words)}`);
  t.shows('own-application', 'deputy-own-section');
});

tag('org-roles', 'violation', 'an auditor from the audited section does not audit it', async (t) => {
  const manager = await hand(t, 'tanaka');
  const where = await manager.open('audit', '税務課の監査', { section: 'tax', auditor: await t.person('tanaka'), matter: 'others' });
  const no = await manager.move(where, 'audit.carry_out');
  check(no.status === 409 || no.status === 400, `audited himself: ${no.status}`);
  told(no, '第2章 1 (3)②');
  await t.entry({ kind: 'case.refused', subject: where.split('/').pop() }, ['HN-2.1(3)-2']);
  t.shows('own-auditor');
});

// ---- password-policy ---------------------------------------------------------------------

// one step of signing in, and what the page answered
async function password(t, login, text, next) {
  const it = new Terminal(t.inner);
  const first = await it.post('/signin', { form: await it.form('/signin'), login, password: text });
  const answers = [];
  for (const own of next || [])
    answers.push(await it.post('/signin/password', { form: await it.form('/signin/password'), password: own, again: own }));
  return { it, first, answers };
}
const provisional = (t, login) => t.cli('person', 'password-reset', login).stdout.trim().split(/\s+/).pop();

tag('password-policy', 'way', 'a provisional password opens the change only; a good one is taken and the entry names why', async (t) => {
  const before = await t.state('HN-2.5.4(2)-3');
  const { it, first, answers } = await password(t, 'ueda', provisional(t, 'ueda'), ['Nagai-Tsutsumi 7-ban']);
  check(first.status === 303 && first.location === '/signin/password', `${first.status} ${first.location}`);
  check(answers[0].status === 303, `a good one is refused: ${answers[0].text.slice(0, 500)}`);
  await t.entry({ kind: 'office.password.set', subject: await t.person('ueda') }, ['HN-2.5.4(2)-3']);
  check((await t.state('HN-2.5.4(2)-3')) === 'enforced' || (await t.state('HN-2.5.4(2)-3')) === 'met', `${before} -> ${await t.state('HN-2.5.4(2)-3')}`);
  void it;
});

tag('password-policy', 'violation', 'short, guessable, used before: refused with a sentence and by its clause; nothing else opens meanwhile', async (t) => {
  const bad = [['Midori 7', '短すぎ', 'HN-2.5.4(2)-3'], ['Password2026!', 'よく使われる', 'HN-2.5.4(2)-3']];
  const first = provisional(t, 'nakano');
  bad.push([first, '前に使った', 'HN-2.5.4(2)-5']);
  const { it, answers } = await password(t, 'nakano', first, bad.map((b) => b[0]));
  for (const [i, [, words]] of bad.entries())
    check(answers[i].status === 400 && answers[i].text.includes(words), `${words}: ${answers[i].status}`);
  const kept = (await t.entries({ kind: 'signin.password.refused', limit: 3 })).reverse();
  for (const [i, [, , clause]] of bad.entries()) check(kept[i].clauses.includes(clause), `${brief(kept[i])}`);
  check(!JSON.stringify(kept).includes(first), 'a password stands in the ledger');
  const home = await it.get('/');
  check(home.status === 303 && home.location !== '/', `home opens with a provisional password: ${home.status}`);
  t.shows('bad-password', 'provisional-only');
});

tag('password-policy', 'violation', 'a password that may have leaked is reported to the manager and changed', async (t) => {
  const staff = await hand(t, 'aoki');
  const me = await t.person('aoki');
  const account = await row(t, 'aoki', 'account', '税システムの利用者', { person: me, shared: 'no', enabled: 'yes' });
  const said = await staff.tell('password_leak', account.id);
  check(said.status === 303, `${said.status} ${said.said.slice(0, 500)}`);
  const owed = await t.until('report and change are owed', () => { const d = duties(t, 'HN-2.5.4(2)-4'); return d.length >= 2 && d; });
  check(owed.every((d) => d.due), `without a day: ${brief(owed)}`);
  t.shows('leaked');
});

// ---- mfa -----------------------------------------------------------------------------------

tag('mfa', 'way', 'what one knows and what one has, both, and the entry names the clause that lets in', { fresh: true }, async (t) => {
  await t.changes('HN-2.6.2(1)-1', ['unproven', 'enforced', 'met'], ['enforced', 'met'], async () => hand(t, 'aoki'));
  const entry = await t.entry({ kind: 'signin.succeeded', subject: await t.person('aoki') }, ['HN-2.6.2(1)-1']);
  check(entry.data.zone === 'lgwan', brief(entry.data));
  const two = await t.post('hayashi', '/acts', { act: 'sign_in', facts: { registered: 'yes', verified: 'yes', provisional: 'no', factors: '2', 'object.side': 'my_number' } });
  check(two.verdict === 'pass', brief(two));
});

// the office's clock some seconds on: a wrong try makes the next one wait
function ahead(t, seconds) {
  t.offset_ms += seconds * 1000;
  fs.writeFileSync(`${t.folder}/clock.new`, String(Math.round(t.offset_ms)));
  fs.renameSync(`${t.folder}/clock.new`, `${t.folder}/clock.offset`);
}

tag('mfa', 'violation', 'one kind is not enough, the same kind twice is one; wrong codes wait, and lock', { fresh: true }, async (t) => {
  const one = await t.post('hayashi', '/acts', { act: 'sign_in', facts: { registered: 'yes', verified: 'yes', provisional: 'no', factors: '1', 'object.side': 'my_number' } });
  check(one.verdict === 'refuse' && JSON.stringify(one.decision).includes('HN-2.3(1)-2a/1'), brief(one));
  await t.terminal('mori');
  const it = new Terminal(t.inner);
  await it.post('/signin', { form: await it.form('/signin'), login: 'mori', password: 'Shiosai-Tags-2026' });
  check((await it.get('/')).status === 303, 'the password alone opens the house');
  for (let i = 0; i < 10; i++) {
    const it_form = await it.form('/signin/code');
    await it.post('/signin/code', { form: it_form, code: '000000' });
    ahead(t, i < 2 ? 1 : Math.min(60, 2 ** (i - 2)) + 1);
  }
  const refused = await t.entry({ kind: 'signin.refused', subject: await t.person('mori') });
  check(refused.data.step === 'code' && refused.clauses.length > 0, brief(refused));
  await t.entry({ kind: 'signin.locked', subject: await t.person('mori') }, refused.clauses);
  void code;
  t.shows('same-kind', 'my-number-one-kind', 'locked');
});

// ---- id-lifecycle --------------------------------------------------------------------------

tag('id-lifecycle', 'way', 'hired, moved, left: the accounts follow and what is owed is asked for', { fresh: true }, async (t) => {
  check(t.cli('person', 'add', 'shinnin', '新人 太郎', 'tax').status === 0, 'nobody is hired');
  await t.until('the account is looked after', () => duties(t, 'HN-2.6.2(1)-2a').length > 0);
  await t.entry({ kind: 'office.person.added' });
  const ogawa = await hand(t, 'ogawa');
  const left = await ogawa.tell('person_left', await t.person('ueda'), { performed_at: 'R8.4.1' });
  check(left.status === 303, `${left.status} ${left.said.slice(0, 600)}`);
  await t.until('what he used is owed back', () => duties(t, 'HN-2.5.1(1)-9/1').length > 0);
  await t.until('secrecy is told', () => duties(t, 'HN-2.5.1(1)-9/2').length > 0);
});

tag('id-lifecycle', 'violation', 'nobody signs in on a stopped id; the entry names the clause', { fresh: true }, async (t) => {
  const it = await t.terminal('ueda');
  check(t.cli('person', 'suspend', 'ueda', '--reason', '退職').status === 0, 'not stopped');
  check((await it.get('/')).status === 303, 'his session lives on');
  const { first } = await password(t, 'ueda', 'Shiosai-Tags-2026');
  check(first.status !== 303 || first.location === '/signin', `he is in: ${first.status} ${first.location}`);
  await t.entry({ kind: 'signin.refused', subject: (await t.get('hayashi', '/people')).items.find((p) => !p.active).id }, ['HN-2.7.6-4/1']);
});

tag('id-lifecycle', 'violation', 'a shared id is for its members, an own id for its owner', async (t) => {
  const [me, other] = [await t.person('aoki'), await t.person('nakano')];
  const shared = await row(t, 'aoki', 'account', '窓口の共用ID', { shared: 'yes', members: me, enabled: 'yes', ended: 'no', development: 'no' });
  const ask = (login) => t.post(login, '/acts', { act: 'use_account', object: shared.id });
  check((await ask('aoki')).verdict === 'pass', 'a member is kept out');
  const no = await ask('nakano');
  check(no.verdict === 'refuse' && JSON.stringify(no.decision).includes('HN-2.5.4(1)-2'), brief(no));
  const own = await row(t, 'aoki', 'account', '青木のID', { shared: 'no', person: me, enabled: 'yes', ended: 'no', development: 'no' });
  const lent = await t.post('nakano', '/acts', { act: 'use_account', object: own.id });
  check(lent.verdict === 'refuse' && JSON.stringify(lent.decision).includes('HN-2.5.4(1)-1'), brief(lent));
  void other;
  t.shows('not-member');
});

// ---- privileged-id -------------------------------------------------------------------------

tag('privileged-id', 'way', 'a proxy is named by the manager, recognised by the CISO, and told to three levels', async (t) => {
  const manager = await hand(t, 'tanaka'), sato = await hand(t, 'sato'), ciso = await hand(t, 'kuroda');
  const system = await row(t, 'tanaka', 'system', '税の基幹システム', { section: 'tax', for_outsiders: 'no' });
  const where = sent(await manager.apply('appoint_proxy', { object: await t.person('ueda'), system: system.id, until: 'R8.9.30' }, '休暇の間の代行'));
  await agreed(sato, where);
  await t.changes('HN-2.6.2(1)-3b', ['unproven', 'met'], 'met', () => agreed(ciso, where));
  await t.entry({ kind: 'application.permitted', subject: where.split('/')[2] }, ['HN-2.6.2(1)-3b']);
  const notice = await t.until('the notice is owed', () => duties(t, 'HN-2.6.2(1)-3c')[0]);
  check(whole(t, notice), 'no such duty');
});

tag('privileged-id', 'violation', 'no proxy without the CISO; no privilege beyond need; no contractor at the password', async (t) => {
  const manager = await hand(t, 'tanaka'), sato = await hand(t, 'sato');
  const system = await row(t, 'tanaka', 'system', '税の照会系', { section: 'tax', for_outsiders: 'no' });
  const where = sent(await manager.apply('appoint_proxy', { object: await t.person('ueda'), system: system.id, until: 'R8.9.30' }, '代行'));
  await agreed(sato, where);
  const id = where.split('/')[2];
  check((await t.get('tanaka', `/applications/${id}`)).state === 'open', 'one word was enough');
  const account = await row(t, 'tanaka', 'account', '税の特権ID', { privileged: 'yes', shared: 'no', person: await t.person('ueda'), system: system.id });
  const ask = (facts, claims) => t.post('tanaka', '/acts', { act: facts.act, object: account.id, facts: facts.facts, claims });
  const wide = await ask({ act: 'grant_privilege', facts: { least: 'no', ground: '念のため' } });
  check(wide.verdict === 'refuse' && JSON.stringify(wide.decision).includes('HN-2.6.2(1)-3a/1'), brief(wide));
  const plain = await ask({ act: 'enable_account', facts: { initial_password: 'yes', stricter: 'yes' } });
  check(plain.verdict === 'refuse' && JSON.stringify(plain.decision).includes('HN-2.6.2(1)-3f'), brief(plain));
  const long = await ask({ act: 'log_in', facts: { asked_password: 'yes', authorised: 'yes', session_hours: '99' } });
  check(long.verdict === 'refuse' && JSON.stringify(long.decision).includes('HN-2.6.2(3)'), brief(long));
  t.shows('proxy-unrecognised', 'session-limit', 'default-password');
});

// ---- access-control ------------------------------------------------------------------------

tag('access-control', 'way', 'a class A asset is read by those of its circle', async (t) => {
  const staff = await hand(t, 'aoki');
  const it = await asset(t, '扱いを限る名簿', { importance: 'A', personal: 'yes' });
  const read = await staff.tell('open_asset', it.id, { purpose_known: 'yes' });
  check(read.status === 303, `${read.status} ${read.said.slice(0, 400)}`);
  await t.entry({ kind: 'deed.told', subject: it.id });
});

tag('access-control', 'violation', 'who is not of the circle is refused; for another purpose only by leave; outside an account nothing opens', async (t) => {
  const it = await asset(t, '限られた名簿', { importance: 'A', personal: 'yes' });
  const other = await hand(t, 'ueda');
  const no = await other.tell('open_asset', it.id, { purpose_known: 'yes' });
  check(no.status === 409, `opened: ${no.status} ${no.said.slice(0, 400)}`);
  told(no, '第2章 2.2 (1)②');
  await t.entry({ kind: 'deed.refused', subject: it.id }, ['HN-2.2.2(1)-2']);
  const staff = await hand(t, 'aoki');
  const where = sent(await staff.apply('use_otherwise', { object: it.id, purpose: '統計の研究', until: 'R8.5.30' }, '大学との研究のため'));
  const id = where.split('/')[2];
  const slots = (await t.get('aoki', `/applications/${id}`)).slots;
  check(slots.length === 1 || slots.length === 2, brief(slots));
  t.shows('not-of-circle');
});
