// Breaches that no way leads through: what is found, told by machines, or simply missing,
// and what the house makes of each.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { tag, check, brief } = require('./kit.js');
const { hand, duties, whole, told } = require('../forms.js');
const { row, asset, sent, agreed } = require('../asking.js');

const top = path.join(__dirname, '../../..');
const tell = (t, act, object, facts = {}, more = {}) => t.post('mori', '/acts', { act, object, facts, ...more });
async function stopped(t, said, clause) {
  check(said.verdict === 'refuse' && said.clause === clause && /[ぁ-ん]/.test(said.sentence), `${clause}: ${brief(said)}`);
  const entry = await t.entry(said.entry, [clause]);
  check(/refused$/.test(entry.kind) && entry.data.done === undefined, `a refused act was done: ${brief(entry)}`);
}
async function kept(t, said, kind) {
  check((await t.entry(said.entry)).kind === kind, `not kept as ${kind}: ${brief(said)}`);
}
// one of another company, who works here
async function contractor(t) {
  if (!t.contractor) {
    const file = `${t.folder}/contractor.csv`;
    fs.writeFileSync(file, '種別,職員番号,氏名,所属,身分\n採用,hoshu,保守 次郎,デジタル推進課,受託者\n');
    const loaded = t.cli('transfer', 'load', file, '--on', t.today());
    check(loaded.status === 0, loaded.stdout + loaded.stderr);
    t.contractor = (await t.until('he comes', async () => (await t.get('hayashi', '/people')).items.find((p) => p.name === '保守 次郎'))).id;
  }
  return t.contractor;
}
const late = (t, clause) => duties(t, clause, '--state', 'overdue');

// ---- registers and machines ------------------------------------------------------------

tag('asset-classification', 'violation', 'an asset that nobody owns is not registered', { body: 'annaka' }, async (t) => {
  const cells = { medium_kind: 'data', specific: 'no', side: 'lgwan', medical: 'no', confidentiality: '1', integrity: '1', availability: '1', undisclosed: 'no', personal: 'no', harm: 'no' };
  const none = await t.refused('aoki', 'POST', '/registers/asset/rows', { name: '持ち主のない綴り', cells });
  check(none.detail.includes('所管課') && none.detail.includes('2.2 (1)'), `it does not say what is missing: ${none.detail}`);
  await row(t, 'aoki', 'asset', '税務課の綴り', { ...cells, owner: 'tax' });
  t.shows('no-owner');
});

tag('endpoint-control', 'violation', 'software that nobody approved is to be removed; a machine that nobody knows is not connected', async (t) => {
  const soft = await row(t, 'mori', 'software', '遊びの道具', { section: 'tax', approved: 'no', copied: 'no' });
  const found = await tell(t, 'unapproved_found', soft.id);
  const owed = await t.until('its removal is owed', () => duties(t, 'HN-2.6.3(2)-3b').find((d) => d.object === soft.id));
  check(owed.owed.startsWith('manager@tax') && found.clauses.includes('HN-2.6.3(2)-3b'), brief(owed));
  t.shows('unknown-software');
  const nobody = await tell(t, 'connect_device', '', { from_outside: 'no' });
  check(nobody.verdict !== 'pass' && /[ぁ-ん]/.test(nobody.sentence), `connected: ${brief(nobody)}`);
  await kept(t, nobody, nobody.verdict === 'hold' ? 'act.held' : 'gate.refused');
  t.shows('unknown-device');
});

tag('endpoint-hygiene', 'violation', 'a machine that comes back unchecked is not connected', async (t) => {
  const pc = await row(t, 'mori', 'host', '持ち帰った端末 3号', { section: 'digital', form: 'mobile', issued: 'yes', resident: 'yes' });
  await stopped(t, await tell(t, 'connect_device', pc.id, { from_outside: 'yes', clean: 'no', patches_checked: 'yes' }), 'HN-2.6.2(2)-6');
  const unknown = await tell(t, 'connect_device', pc.id, { from_outside: 'yes' });
  check(unknown.verdict !== 'pass', `connected without a check: ${brief(unknown)}`);
  t.shows('unchecked-return');
});

tag('endpoint-hygiene', 'violation', 'Fukushima: software whose support ends before its use does is not introduced', { body: 'fukushima' }, async (t) => {
  const cells = { section: 'tax', supported: 'yes', support_end: '2027-03-31', copied: 'no' };
  const no = await t.refused('mori', 'POST', '/registers/software/rows', { name: '支援の短い業務ソフト', cells: { ...cells, use_until: '2028-03-31' } }, 'FS-7.8(1)-g/2');
  check(no.detail, '');
  await row(t, 'mori', 'software', '支援の続く業務ソフト', { ...cells, use_until: '2027-03-31' });
  t.shows('support-ends');
});

tag('mail-use', 'violation', 'a free mail service is closed to whom nobody permitted it, and that he tried is kept', async (t) => {
  const no = await tell(t, 'use_web_service', '', { service_name: '無料の置き場', until: '2026-06-30' });
  check(no.verdict !== 'pass' && no.sentence !== '', `open: ${brief(no)}`);
  const entry = await t.entry(no.entry);
  check(/(refused|held)$/.test(entry.kind) && !entry.data.done, `not kept: ${brief(entry)}`);
  t.shows('service-closed');
});
tag('mail-use', 'violation', 'Fukushima: a contractor gets no address before all three have agreed', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const system = await row(t, 'tanaka', 'system', '県庁メールの利用系', { section: 'tax' });
  const no = await staff.apply('issue_mail_address', { object: await t.person('ueda'), system: system.id }, '常駐する委託先のため');
  check(no.status !== 303, `issued to one who is no contractor: ${no.location}`);
  t.shows('contractor-address');
});

tag('privileged-id', 'violation', 'a contractor does not change the credentials of a privileged id', async (t) => {
  const account = await row(t, 'tanaka', 'account', '税サーバの特権ID', { privileged: 'yes', shared: 'no', person: await t.person('ueda') });
  const seq = await t.last();
  await stopped(t, await tell(t, 'change_privilege', account.id, {}, { actor: await contractor(t) }), 'HN-2.6.2(1)-3d');
  check((await tell(t, 'change_privilege', account.id, {}, { actor: await t.person('ueda') })).verdict === 'pass' && (await t.last()) > seq, 'its own people may not either');
  t.shows('contractor-credential');
});

tag('remote-access', 'violation', 'after its last day a permission opens nothing, nor does a machine that nobody knows', { fresh: true }, async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka'), sato = await hand(t, 'sato');
  const system = await row(t, 'tanaka', 'system', '税の照会システム', { section: 'tax', for_outsiders: 'no' });
  const pc = await row(t, 'aoki', 'host', '貸出用の端末 4号', { section: 'tax', form: 'mobile', issued: 'yes' });
  const where = sent(await staff.apply('remote_access', { object: system.id, ground: '在宅', until: 'R8.4.3', device: pc.id }, '在宅勤務のため'));
  await agreed(sato, where), await agreed(manager, where);
  const open = (device) => t.post('aoki', '/acts', { act: 'remote_access', object: system.id, facts: { ground: '在宅', until: '2026-06-30', verified: 'yes', encrypted: 'yes', device } });
  check((await open(pc.id)).verdict === 'pass', 'the permission does not open it');
  const strange = await open('a'.repeat(26));
  check(strange.verdict !== 'pass' && strange.clause === 'LOCAL-HN-19' && strange.sentence !== '', `an unknown machine: ${brief(strange)}`);
  check(!(await t.entry(strange.entry)).data.done, 'it counts as done');
  t.shows('unknown-device');
  t.day('2026-04-06');
  await t.until('it lapses', async () => (await t.get('aoki', `/applications/${where.split('/')[2]}`)).state === 'lapsed');
  const over = await open(pc.id);
  check(over.verdict !== 'pass' && over.sentence !== '', `open after its last day: ${brief(over)}`);
  check(!(await t.entry(over.entry)).data.done, 'it counts as done');
  t.shows('leave-over');
});

// ---- what must be there and is not -------------------------------------------------------

tag('access-control', 'violation', 'an asset of class A without a circle is owed one', async (t) => {
  const list = await row(t, 'aoki', 'asset', '範囲のない名簿', { owner: 'tax', for_business: 'yes', importance: 'A', limits: 'backed_up' });
  const owed = await t.until('the circle is owed', () => duties(t, 'HN-2.2.2(1)-2').find((d) => d.object === list.id));
  check(owed.owed.startsWith('manager@tax'), brief(owed));
  const read = await (await hand(t, 'ueda')).tell('open_asset', list.id, { purpose_known: 'yes' });
  check(read.status !== 303, 'read while nobody has said who may');
  t.shows('no-circle');
});
tag('access-control', 'violation', 'Fukushima: who is no staff uses nothing before leave was given, and not while a condition fails', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const system = await row(t, 'tanaka', 'system', '県民の予約システム', { section: 'tax' });
  const no = await t.post('aoki', '/acts', { act: 'let_outsider_use', object: system.id, facts: { user: await t.person('ueda') } });
  check(no.verdict !== 'pass' && no.sentence !== '', `let in: ${brief(no)}`);
  check(!(await t.entry(no.entry)).data.done, 'it counts as done');
  t.shows('outsider-without-leave');
  void staff;
});

// the body's edition with one value left open: what the check says, and what an act gets
function unset(name, question) {
  const share = fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-share-'));
  for (const one of ['vocabulary', 'policies', 'share']) fs.cpSync(path.join(top, one), path.join(share, one), { recursive: true });
  const at = path.join(share, 'policies/hannan-2022-07/settings.pol'), was = fs.readFileSync(at, 'utf8');
  const left = was.split('\n').filter((l) => !l.startsWith(`set ${name} =`)).join('\n');
  check(left.length < was.length, `${name} is not set at all`);
  fs.writeFileSync(at, left);
  const run = (...words) => spawnSync(`${process.env.TAGS_BUILD}/bin/sekisho`, words, { encoding: 'utf8', env: { ...process.env, SEKISHO_SHARE: share },
    input: JSON.stringify(question || {}) });
  const checked = run('policy', 'check', 'hannan-2022-07'), said = checked.stdout + checked.stderr;
  const decided = question ? JSON.parse(run('decide', '--policy', 'hannan-2022-07', '--on', '2026-05-01', '-').stdout) : null;
  fs.rmSync(share, { recursive: true, force: true });
  return [said.split('\n').find((l) => l.startsWith('G17 ') && l.includes(name)) || said.split('\n').filter((l) => l.startsWith('G17')).join('\n'), decided];
}

tag('mail-quota', 'violation', 'where no limit is set the check says so, and no mail is let through without one', async (t) => {
  const [said, mail] = unset('mail_limit', { act: 'send', facts: { 'object.bytes': '2000', to_outside: 'no', visible_recipients: '1', scanned: 'yes' } });
  check(said.includes('HN-2.6.1(12)-3'), `not told: ${said}`);
  check(mail.verdict === 'hold', `it goes out: ${brief(mail)}`);
  t.shows('no-limit');
});
tag('log-retention', 'violation', 'where no time is set for the logs the check says so', async (t) => {
  const [said] = unset('log_keep');
  check(said.includes('HN-2.6.1(6)-1'), `not told: ${said}`);
  t.shows('unset');
});

// ---- time passes ---------------------------------------------------------------------------

tag('log-analysis', 'violation', 'logs that nobody looked at, places that nobody checked, systems that nobody audited become overdue', { fresh: true }, async (t) => {
  const system = await row(t, 'tanaka', 'system', '税の基幹システム', { section: 'tax', for_outsiders: 'no' });
  const far = await row(t, 'tanaka', 'site', '庁外の機械室', { section: 'tax', outside: 'yes', controlled: 'yes' });
  const server = await row(t, 'tanaka', 'host', '庁外のサーバ', { section: 'tax', form: 'server', site: far.id, issued: 'yes' });
  t.day('2026-05-01');
  await t.until('logs are owed', () => duties(t, 'HN-2.6.1(6)-2').length > 0, 40);
  t.day('2026-06-02');
  await t.until('the logs are overdue', () => late(t, 'HN-2.6.1(6)-2').length > 0, 40);
  await t.entry({ kind: 'duty.overdue', clause: 'HN-2.6.1(6)-2' }, ['HN-2.6.1(6)-2']);
  check((await t.state('HN-2.6.1(6)-2')) === 'overdue', 'the clause does not say so');
  const heard = whole(t, late(t, 'HN-2.6.1(6)-2')[0]);
  check(heard.upwards.length > 0, 'nobody above hears of it');
  t.shows('analysis-late');
  t.day('2026-10-02');
  t.tokens.clear();
  await t.until('the place is overdue', () => late(t, 'HN-2.4.1(5)/2').some((d) => d.object === server.id), 40);
  check((await t.states()).get('HN-2.4.1(5)/2') === 'overdue', 'the clause does not say so');
  t.shows('physical-security/check-late');
  t.day('2027-04-02', '09:30');
  t.tokens.clear();
  await t.until('the audit is overdue', () => late(t, 'HN-2.9(1)-1').some((d) => d.object === system.id), 40);
  check((await t.state('HN-2.9(1)-1')) === 'overdue', 'the clause does not say so');
  t.shows('audit/audit-late');
});

// ---- what is tried, and what does not come back ----------------------------------------------

const trip = { place: '市内の現地', until: 'R8.4.3', on_duty: 'yes' };

tag('permit-takeout', 'violation', 'carried out without leave: a record of violation, and the manager is told; whose leave is over asks anew', { fresh: true }, async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka'), whom = await t.person('ueda'), me = await t.person('aoki');
  const seen = await staff.tell('violation_seen', whom, { performed_at: 'R8.4.2 17:00' });
  check(seen.status === 303, `not told: ${seen.status} ${seen.said.slice(0, 600)}`);
  const owed = await t.until('the manager is to be told', () => duties(t, 'HN-2.7.6-3a')[0]);
  await t.entry({ kind: 'duty.opened', clause: 'HN-2.7.6-3a' }, ['HN-2.7.6-3a']);
  check(owed.due && (await staff.terminal.get(`/duties/${owed.id}`)).text.includes('情報セキュリティ管理者'), `told to nobody: ${brief(whole(t, owed))}`);
  const page = await manager.terminal.get('/cases?kind=violation');
  check(page.text.includes('違反の発見（上田 さくら）'), 'there is no record of the violation');
  t.shows('carried-without');
  const it = await asset(t, '持ち出す図面', { medium_kind: 'paper' });
  const where = sent(await staff.apply('take_out', { object: it.id, ...trip }, '現地調査のため'));
  await agreed(manager, where);
  t.day('2026-04-06');
  const id = where.split('/')[2];
  await t.until('the leave is over', async () => (await t.get('aoki', `/applications/${id}`)).state === 'lapsed');
  const again = await t.post('aoki', '/acts', { act: 'take_out', object: it.id, facts: { place: '市内の現地', on_duty: 'yes' } });
  check(again.verdict !== 'pass' && !(await t.entry(again.entry)).data.done, `taken out on a leave that is over: ${brief(again)}`);
  t.shows('leave-over');
  const back = await t.until('bringing it back is owed', () => duties(t, 'LOCAL-HN-17').find((d) => d.object === it.id));
  check(whole(t, back).owed.some((o) => o.person === me) && back.due, brief(whole(t, back)));
  t.day('2026-04-09');
  const overdue = await t.until('it is overdue', () => late(t, 'LOCAL-HN-17')[0]);
  check(whole(t, overdue).upwards.some((u) => u.post === 'manager' && u.scope === 'tax'), `told to ${brief(whole(t, overdue).upwards)}`);
  check((await t.state('LOCAL-HN-17')) === 'overdue', 'the clause does not say so');
  t.shows('not-back');
});

tag('usb-control', 'violation', 'the manager hears of a medium that nobody allowed; writing in the My Number zone is an incident', async (t) => {
  const pc = await row(t, 'aoki', 'host', '個人番号の端末 2号', { section: 'tax', form: 'pc', issued: 'yes', side: 'my_number', affairs: 'individual_number' });
  const ask = (act, object, facts) => t.post('aoki', '/acts', { act, object, facts: { device: pc.id, ...facts } });
  await stopped(t, await ask('attach_medium', '', { 'object.registered': 'no', 'object.approved': 'no', 'object.managed': 'no', scanned: 'no' }), 'HN-2.5.1(1)-4a');
  const owed = await t.until('the manager is to look', () => duties(t, 'LOCAL-HN-18')[0]);
  check(owed.owed.startsWith('manager@tax') && owed.due, brief(owed));
  check((await (await hand(t, 'tanaka')).terminal.get('/')).text.includes(owed.label), 'the manager does not see it at home');
  t.shows('unregistered');
  const stick = await row(t, 'aoki', 'medium', 'USBメモリ U-077', { owner: 'tax', managed: 'yes', approved: 'yes' });
  const write = await ask('write_medium', stick.id, {});
  await stopped(t, write, 'HN-2.3(1)-2b');
  check(write.case, `no incident: ${brief(write)}`);
  const incident = await t.get('hayashi', `/cases/${write.case}`);
  check(incident.kind === 'incident' && incident.incomplete && incident.name.includes('U-077'), brief(incident));
  check((await ask('write_medium', stick.id, {})).case === write.case, 'the same attempt is two incidents');
  t.shows('write-my-number');
});

tag('physical-security', 'violation', 'who is not on the list is an alarm for who is responsible for the place', async (t) => {
  const site = await row(t, 'tanaka', 'site', '税務の保管庫', { section: 'tax', controlled: 'yes', outside: 'no', permitted: await t.person('aoki') });
  const no = await (await hand(t, 'nakano')).tell('enter', site.id, { performed_at: 'R8.4.2 9:00', entrance_check: 'ic_card', shows_id: 'yes', visiting: 'no' });
  check(no.status === 409, `entered: ${no.status}`);
  const owed = await t.until('the manager of the place is to look', () => duties(t, 'LOCAL-HN-18').find((d) => d.object === site.id));
  check(owed.owed.startsWith('manager@tax'), brief(owed));
  t.shows('entry-alarm');
});

tag('endpoint-hygiene', 'violation', 'news of malware that is not read is asked for again and becomes overdue', { fresh: true }, async (t) => {
  const told_ = await (await hand(t, 'hayashi')).tell('malware_news', '', { performed_at: 'R8.4.1' });
  check(told_.status === 303, `not told: ${told_.status} ${told_.said.slice(0, 400)}`);
  const mine = await t.until('everybody is to read it', () => duties(t, 'HN-2.6.4(3)-5', '--person', 'aoki')[0]);
  check(mine.due === '2026-04-08', `until ${mine.due}`);
  t.day('2026-04-03');
  await t.until('he is reminded', async () => (await t.entries({ kind: 'duty.reminded', clause: 'HN-2.6.4(3)-5', limit: 1 })).length > 0);
  const read = await (await hand(t, 'aoki')).send(`/duties/${mine.id}`, `/duties/${mine.id}`, { act: 'done', note: '読みました' });
  check(read.status === 303, read.said.slice(0, 300));
  t.day('2026-04-09');
  await t.until('who has not is overdue', () => late(t, 'HN-2.6.4(3)-5').length > 0);
  check(!duties(t, 'HN-2.6.4(3)-5', '--person', 'aoki').length, 'who has read it is asked again');
  t.shows('unread-news');
});

// ---- posts ------------------------------------------------------------------------------------

tag('org-roles', 'violation', 'a manager alone may permit himself for a reason that is kept, and the CISO is shown it', async (t) => {
  const it = await asset(t, '管理者が急ぎ持ち出す資料');
  const ask = (claims) => t.post('tanaka', '/applications', { act: 'take_out', object: it.id, title: '資料の持出し', purpose: '災害対応の打合せのため',
    facts: { place: '市内の現地', until: '2026-04-30', on_duty: 'yes' }, claims });
  const plain = await ask([]);
  await t.refused('tanaka', 'POST', `/applications/${plain.id}/answers`, { answer: 'agree', reason: '急ぐため' }, 'HN-2.1(3)-1');
  check((await t.get('tanaka', `/applications/${plain.id}`)).state === 'open', 'permitted without the ground');
  await t.post('tanaka', `/applications/${plain.id}/withdrawal`);
  const made = await ask([{ name: 'unavoidable', reason: '課長のほかに所管の管理者がおらず、災害対応を急ぐ' }]);
  const bare = await t.api('tanaka', 'POST', `/applications/${made.id}/answers`, { answer: 'agree' });
  check(bare.status === 422, `without a reason: ${bare.status}`);
  const done = await t.post('tanaka', `/applications/${made.id}/answers`, { answer: 'agree', reason: 'ほかに許可できる人がいない' });
  check(done.state === 'permitted' && done.words[0].mark === '自', brief(done.words));
  await t.entry({ kind: 'application.self', subject: made.id });
  const owed = await t.until('the CISO is to look', () => duties(t, 'LOCAL-HN-20')[0]);
  check(owed.owed.startsWith('ciso') && (await (await hand(t, 'kuroda')).terminal.get('/')).text.includes(owed.label), `shown to ${owed.owed}`);
  t.shows('own-unavoidable');
});

tag('org-roles', 'violation', 'a section without staff, a contact that is dead and a post without a holder are found and told', { fresh: true }, async (t) => {
  const shown = async (login, path) => (await (await hand(t, login)).terminal.get(path)).text.replace(/<[^>]+>/g, ' '); // a session lasts a day
  check(!/情報セキュリティ担当者\s+税務課/.test(await shown('sato', '/organisation')), 'found before');
  check(t.cli('post', 'end', 'section_staff@tax', 'ueda', '--on', '2026-04-01').status === 0, 'not ended');
  t.day('2026-04-02');
  check(/情報セキュリティ担当者\s+税務課/.test(await shown('hayashi', '/organisation')), 'a section without staff is not found');
  const found = t.cli('check', 'office');
  check((found.stdout + found.stderr).includes('HN-2.1(2)-CHG/1'), found.stdout.slice(0, 800));
  t.shows('no-section-staff');
  check(t.cli('person', 'suspend', 'nakano', '--reason', '退職').status === 0, 'not suspended');
  check(/情報セキュリティ担当者\s+福祉課/.test(await shown('hayashi', '/organisation')), 'a contact that is dead is not found');
  check((await shown('hayashi', '/network')).includes('（利用停止中の中野 千尋さんです'), 'the network of contacts names one who is gone');
  t.shows('emergency-plan/dead-contact');
  const book = await asset(t, '待つ資料');
  const where = sent(await (await hand(t, 'aoki')).apply('take_out', { object: book.id, place: '現地', until: 'R8.4.30', on_duty: 'yes' }, '現地調査のため'));
  check(!(await shown('hayashi', '/')).includes('決裁できる人のいない申請'), 'told before');
  check(t.cli('post', 'end', 'manager@tax', 'tanaka', '--on', '2026-04-02').status === 0, 'not ended');
  t.day('2026-04-03');
  const waits = await t.get('aoki', `/applications/${where.split('/')[2]}`);
  check(waits.state === 'open' && waits.slots[0].holders.length === 0, brief(waits.slots));
  check((await shown('mori', '/')).includes('決裁できる人のいない申請が1件あります'), 'nobody is told');
  t.shows('post-vacant');
});
