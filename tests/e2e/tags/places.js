// Rooms and visitors, machines and software on desks, media, ways in from outside.
'use strict';
const { tag, check, brief } = require('./kit.js');
const { hand, duties, told } = require('../forms.js');
const { row, asset, sent, agreed, record } = require('../asking.js');

// ---- physical-security ----------------------------------------------------------------

const room = async (t, name, who) => row(t, 'tanaka', 'site', name, { section: 'tax', controlled: 'yes', outside: 'no', permitted: who });
const pass = { entrance_check: 'ic_card', shows_id: 'yes', visiting: 'no' };

tag('physical-security', 'way', 'who may enter is permitted, enters, leaves, and the log is kept', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka'), me = await t.person('aoki');
  const site = await room(t, '税務サーバ室', me);
  const where = sent(await staff.apply('admit', { object: site.id, entrant: me, until: 'R9.3.31' }, '夜間の処理に立ち会うため'));
  await t.changes('HN-2.4.2(2)-1/1', ['unproven', 'met'], 'met', () => agreed(manager, where));
  await t.entry({ kind: 'application.permitted', subject: where.split('/')[2] }, ['HN-2.4.2(2)-1/1']);
  const came = await staff.tell('enter', site.id, { performed_at: 'R8.4.2 9:00', ...pass });
  check(came.status === 303 && came.location.startsWith('/books/room_log/'), `${came.status} ${came.said.slice(0, 600)}`);
  await t.entry({ kind: 'deed.told', subject: site.id }, ['HN-2.4.2(2)-1/2', 'HN-2.4.2(2)-2']);
  const left = await staff.tell('leave', site.id, { performed_at: 'R8.4.2 10:00', entrance_check: 'ic_card' });
  check(left.status === 303 && left.location.startsWith('/books/room_log/'), left.said.slice(0, 400));
  check((await t.state('HN-2.4.2(2)-1/2')) === 'met', 'the log proves nothing');
});

tag('physical-security', 'violation', 'not on the list, a visitor without escort, without a card; each refused and kept', async (t) => {
  const site = await room(t, '税務書庫', await t.person('aoki'));
  const other = await hand(t, 'ueda'), staff = await hand(t, 'aoki');
  const no = await other.tell('enter', site.id, { performed_at: 'R8.4.2 9:00', ...pass });
  check(no.status === 409, `entered: ${no.status} ${no.said.slice(0, 300)}`);
  told(no, '第2章 4.2 (2)①');
  await t.entry({ kind: 'deed.refused', subject: site.id }, ['HN-2.4.2(2)-1/1']);
  const alone = await staff.tell('enter', site.id, { performed_at: 'R8.4.2 9:00', ...pass, visiting: 'yes', escorted: 'no', distinguishable: 'yes', within_limits: 'yes' });
  check(alone.status === 409, `a visitor alone: ${alone.status}`);
  told(alone, '第2章 4.2 (2)③');
  const unseen = await staff.tell('enter', site.id, { performed_at: 'R8.4.2 9:00', ...pass, entrance_check: 'none' });
  check(unseen.status === 409, `without a check: ${unseen.status}`);
  await t.entry({ kind: 'deed.refused', subject: site.id }, ['HN-2.4.2(2)-1/2']);
  t.shows('not-on-list', 'no-escort');
});

tag('physical-security', 'violation', 'a machine comes in unchecked or unattended, a server stands outside without the CISO: not so', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const site = await room(t, '税務機械室', await t.person('aoki'));
  const server = await row(t, 'tanaka', 'host', '税の新サーバ', { section: 'tax', form: 'server', issued: 'yes' });
  const rushed = await staff.tell('carry_in_machine', site.id, { machine: server.id, effect_checked: 'no', attendant: await t.person('aoki') });
  check(rushed.status === 409, `carried in: ${rushed.status} ${rushed.said.slice(0, 300)}`);
  told(rushed, '第2章 4.2 (3)①');
  const lonely = await staff.tell('carry_in_machine', site.id, { machine: server.id, effect_checked: 'yes' });
  check(lonely.status === 400 || lonely.status === 409, `nobody attended: ${lonely.status}`);
  const far = await row(t, 'tanaka', 'site', '庁外の機械室', { section: 'tax', outside: 'yes', controlled: 'yes' });
  const away = await row(t, 'tanaka', 'host', '庁外のサーバ', { section: 'tax', form: 'server', site: far.id, issued: 'yes' });
  const placed = await manager.tell('place_server', away.id, { clear: 'yes', fixed: 'yes' });
  check(placed.status === 409 || placed.status === 400, `it stands outside: ${placed.status}`);
  told(placed, '第2章 4.1 (5)');
  t.shows('offsite-server');
});

// ---- endpoint-control -----------------------------------------------------------------

tag('endpoint-control', 'way', 'software is installed by the word of both, and licences are looked after', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka'), sato = await hand(t, 'sato');
  const software = await row(t, 'aoki', 'software', '図面の閲覧ソフト', { section: 'tax', approved: 'yes', licences: '5', installed: '1', copied: 'no' });
  const pc = await row(t, 'aoki', 'host', '税務課の端末 7号', { section: 'tax', form: 'pc', issued: 'yes' });
  const where = sent(await staff.apply('install_software', { object: software.id, device: pc.id, for_business: 'yes' }, '地籍図を見るため'));
  await agreed(manager, where);
  const id = where.split('/')[2];
  check((await t.get('aoki', `/applications/${id}`)).state === 'open', 'one of two was enough');
  await t.changes('HN-2.6.1(14)-2/1', ['unproven', 'met'], 'met', () => agreed(sato, where));
  await t.entry({ kind: 'application.permitted', subject: id }, ['HN-2.6.1(14)-2/1']);
  const book = await record(staff, where, 'software_licences');
  check((await staff.terminal.get(book)).text.includes('ライセンス'), 'the record has no licences');
  t.shows('one-word');
});

tag('endpoint-control', 'violation', 'no need, no licence left, an own machine, a setting of the malware guard: refused', async (t) => {
  const staff = await hand(t, 'aoki');
  const pc = await row(t, 'aoki', 'host', '税務課の端末 8号', { section: 'tax', form: 'pc', issued: 'yes' });
  const full = await row(t, 'aoki', 'software', '表計算ソフト', { section: 'tax', approved: 'yes', licences: '3', installed: '3', copied: 'no' });
  const over = await staff.apply('install_software', { object: full.id, device: pc.id, for_business: 'yes' }, '集計のため');
  check(over.status === 409, `beyond the licences: ${over.status} ${over.said.slice(0, 300)}`);
  told(over, '第2章 6.1 (14)② なお書');
  const game = await row(t, 'aoki', 'software', '遊びのソフト', { section: 'tax', approved: 'no', licences: '9', installed: '0', copied: 'no' });
  const idle = await staff.apply('install_software', { object: game.id, device: pc.id, for_business: 'no' }, '息抜き');
  check(idle.status === 409, `without need: ${idle.status}`);
  told(idle, '第2章 6.1 (14)①');
  const guard = await staff.apply('change_setting', { object: pc.id, subject: 'antimalware' }, '遅いので止めたい');
  check(guard.status === 409, `the guard is switched off: ${guard.status} ${guard.said.slice(0, 300)}`);
  told(guard, '第2章 6.4 (3)');
  const built = await staff.apply('change_hardware', { object: pc.id, for_business: 'no', part: 'メモリ' }, '速くしたい');
  check(built.status === 409, `rebuilt: ${built.status}`);
  told(built, '第2章 6.1 (15)①');
  t.shows('licences-gone');
});

tag('endpoint-control', 'violation', 'Fukushima: a machine goes to the network that was assigned to it and to no other', { body: 'fukushima' }, async (t) => {
  const net = (name) => row(t, 'hayashi', 'network', name, {});
  const [own, strange] = [await net('庁内の網'), await net('来客用の網')];
  const pc = await row(t, 'aoki', 'host', '税務課の端末', { form: 'pc', issued: 'yes', assigned_network: own.id });
  const ask = (network) => t.post('aoki', '/acts', { act: 'connect_device', object: pc.id, facts: { network } });
  check((await ask(own.id)).verdict === 'pass', 'not even to its own');
  const no = await ask(strange.id);
  check(no.verdict === 'refuse' && JSON.stringify(no.decision).includes('FS-6.1(8)'), brief(no));
  t.shows('other-network');
});

// ---- usb-control ----------------------------------------------------------------------

tag('usb-control', 'way', 'a medium is allowed beforehand, may then be plugged in, and is erased when nothing has to stay on it', async (t) => {
  const staff = await hand(t, 'aoki'), sato = await hand(t, 'sato');
  const stick = await row(t, 'aoki', 'medium', 'USBメモリ U-031', { owner: 'tax', serial: 'SN-0031', managed: 'yes', approved: 'no', registered: 'yes' });
  const pc = await row(t, 'aoki', 'host', '税務課の端末 9号', { section: 'tax', form: 'pc', issued: 'yes', side: 'lgwan', affairs: 'internal' });
  const plug = () => t.post('aoki', '/acts', { act: 'attach_medium', object: stick.id, facts: { device: pc.id, scanned: 'yes' } });
  const early = await t.changes('HN-2.5.1(1)-4a', 'unproven', 'enforced', plug);
  check(early.verdict === 'refuse' && early.clause === 'HN-2.5.1(1)-4a', `it may be plugged in already: ${brief(early)}`);
  await t.entry(early.entry, ['HN-2.5.1(1)-4a']);
  const where = sent(await staff.apply('approve_medium', { object: stick.id, until: 'R8.9.30' }, '現地調査の写真を取り込むため'));
  await agreed(sato, where);
  await t.entry({ kind: 'application.permitted', subject: where.split('/')[2] }, ['HN-2.5.1(1)-4a']);
  check((await t.get('aoki', `/registers/medium/rows/${stick.id}`)).cells.approved === 'yes', 'the permission did not reach the register');
  const now = await plug();
  check(now.verdict === 'pass', `still not: ${brief(now)}`);
  const kept = await t.entry(now.entry, ['HN-2.5.1(1)-4a']);
  check(kept.kind === 'gate.passed' && kept.data.done === 'attach_medium', brief(kept));
  const empty = await staff.tell('medium_not_needed', stick.id, { performed_at: 'R8.4.2' });
  check(empty.status === 303, empty.said.slice(0, 400));
  const owed = await t.until('erasing is owed', () => duties(t, 'HN-2.4.4-1/2').find((d) => d.object === stick.id));
  check(owed.due, 'without a day');
});

tag('usb-control', 'violation', 'not allowed, and out of the My Number zone: refused by their clauses; not erased in time: overdue', { fresh: true }, async (t) => {
  const staff = await hand(t, 'aoki');
  const stick = await row(t, 'aoki', 'medium', 'USBメモリ U-032', { owner: 'tax', managed: 'yes', approved: 'no' });
  const pc = await row(t, 'aoki', 'host', '個人番号の端末', { section: 'tax', form: 'pc', issued: 'yes', side: 'my_number', affairs: 'individual_number' });
  const act = (name, facts) => t.post('aoki', '/acts', { act: name, object: stick.id, facts: { device: pc.id, ...facts } });
  const plug = await act('attach_medium', { scanned: 'yes' });
  check(plug.verdict === 'refuse' && JSON.stringify(plug.decision).includes('HN-2.5.1(1)-4a'), brief(plug));
  check((await t.entry(plug.entry)).kind.endsWith('refused'), 'the attempt is not kept');
  const write = await act('write_medium', {});
  check(write.verdict === 'refuse' && JSON.stringify(write.decision).includes('HN-2.3(1)-2b'), brief(write));
  check((await t.entry(write.entry, ['HN-2.3(1)-2b'])).data.done === undefined, 'a refused attempt counts as done');
  const empty = await staff.tell('medium_not_needed', stick.id, { performed_at: 'R8.4.1' });
  check(empty.status === 303, empty.said.slice(0, 400));
  await t.until('erasing is owed', () => duties(t, 'HN-2.4.4-1/2').length > 0);
  t.day('2026-05-11');
  await t.until('it is overdue', async () => (await t.state('HN-2.4.4-1/2')) === 'overdue');
  await t.entry({ kind: 'duty.overdue', clause: 'HN-2.4.4-1/2' }, ['HN-2.4.4-1/2']);
  t.shows('not-erased');
});

// ---- remote-access --------------------------------------------------------------------

const at = (t, system, facts) => t.post('aoki', '/acts', { act: 'remote_access', object: system.id,
  facts: { ground: '在宅', until: '2026-06-30', verified: 'yes', encrypted: 'yes', ...facts } });

tag('remote-access', 'way', 'both permit, with reason and period', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka'), sato = await hand(t, 'sato');
  const system = await row(t, 'tanaka', 'system', '税の照会システム', { section: 'tax', for_outsiders: 'no' });
  const pc = await row(t, 'aoki', 'host', '貸出用の端末 2号', { section: 'tax', form: 'mobile', issued: 'yes' });
  const where = sent(await staff.apply('remote_access', { object: system.id, ground: '在宅で照会に答えるため', until: 'R8.6.30', device: pc.id }, '在宅勤務のため'));
  await agreed(sato, where);
  check((await t.get('aoki', `/applications/${where.split('/')[2]}`)).state === 'open', 'one of two was enough');
  await t.changes('HN-2.6.2(2)-1', ['unproven', 'met'], 'met', () => agreed(manager, where));
  await t.entry({ kind: 'application.permitted', subject: where.split('/')[2] }, ['HN-2.6.2(2)-1']);
  const open = await at(t, system, { device: pc.id });
  check(open.verdict === 'pass', `the permission does not open it: ${brief(open)}`);
  check((await t.entry(open.entry, ['HN-2.6.2(2)-1'])).data.done === 'remote_access', 'the way in is not kept');
  const bare = await at(t, system, { device: pc.id, encrypted: 'no' });
  check(bare.verdict === 'refuse' && bare.clause === 'HN-2.6.2(2)-4', brief(bare));
  await t.entry(bare.entry, ['HN-2.6.2(2)-4']);
  t.shows('one-word', 'unencrypted');
});

tag('remote-access', 'violation', 'declined, without reason, unencrypted, over a public line without a token: refused', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const system = await row(t, 'tanaka', 'system', '税の統計システム', { section: 'tax', for_outsiders: 'no' });
  const bare = await staff.apply('remote_access', { object: system.id, until: 'R8.6.30' }, '在宅勤務のため');
  check(bare.status === 400, `without a ground: ${bare.status}`);
  const past = await staff.apply('remote_access', { object: system.id, ground: '在宅', until: 'R8.3.1' }, '在宅勤務のため');
  check(past.status === 400, `for the past: ${past.status}`);
  const pc = await row(t, 'aoki', 'host', '貸出用の端末 3号', { section: 'tax', form: 'mobile', issued: 'yes' });
  const where = sent(await staff.apply('remote_access', { object: system.id, ground: '在宅', until: 'R8.6.30', device: pc.id }, '在宅勤務のため'));
  const no = await manager.decide(where, 'decline', '庁内で足りるため');
  check(no.status === 303, no.said.slice(0, 300));
  await t.entry({ kind: 'application.refused', subject: where.split('/')[2] }, ['HN-2.6.2(2)-1']);
  const shut = await at(t, system, {});
  check(shut.verdict !== 'pass', `it opens all the same: ${brief(shut)}`);
  check(!(await t.entry(shut.entry)).data.done, 'what was not permitted counts as done');
  const line = await t.post('aoki', '/acts', { act: 'connect_public_line', facts: { authenticated: 'yes', token: 'no', encrypted: 'yes' } });
  check(line.verdict === 'refuse' && JSON.stringify(line.decision).includes('HN-2.6.2(2)-7'), brief(line));
  await t.entry(line.entry, ['HN-2.6.2(2)-7/1']);
  void asset;
  t.shows('no-token');
});
