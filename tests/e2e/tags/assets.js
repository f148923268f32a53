// Information assets on their way: classed, taken out, carried, given away, destroyed.
'use strict';
const { tag, check, brief } = require('./kit.js');
const { hand, duties, told } = require('../forms.js');
const { row, asset, sent, agreed, record } = require('../asking.js');

// ---- permit-takeout -------------------------------------------------------------------

const trip = { place: '市内の現地', until: 'R8.4.10', on_duty: 'yes' };

tag('permit-takeout', 'way', 'the owner\'s manager permits, paper without a machine goes out and comes back, then it is closed', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const it = await asset(t, '住民税申告書（紙）', { medium_kind: 'paper' });
  const where = sent(await staff.apply('take_out', { object: it.id, ...trip }, '現地調査で確かめるため'));
  await t.changes('HN-2.2.2(5)-5', ['unproven', 'met'], 'met', () => agreed(manager, where));
  await t.entry({ kind: 'application.permitted', subject: where.split('/')[2] }, ['HN-2.2.2(5)-5']);
  const early = await staff.send(where, where, { act: 'close' });
  check(early.status === 409 || early.status === 400, `closed without its record: ${early.status}`);
  told(early, '持出し・持込みの記録簿');
  const book = await record(staff, where, 'movement');
  const short = await staff.write(book, { performed_at: 'R8.4.2 9:00', back_at: 'R8.4.3', performer: await t.person('aoki') });
  check(short.status === 400, 'closed with an empty field');
  told(short, '「使う端末」が空です');
  const whole = await staff.send(book, book, { 'f.device.none': '1', close: '1' });
  check(whole.status === 303, `the record is not closed: ${whole.said.slice(0, 600)}`);
  await t.entry({ kind: 'book.closed', subject: book.split('/').pop() }, ['HN-2.5.1(1)-5']);
  const done = await staff.send(where, where, { act: 'close' });
  check(done.status === 303, `not closed: ${done.said.slice(0, 500)}`);
  await t.entry({ kind: 'application.closed', subject: where.split('/')[2] });
});

tag('permit-takeout', 'violation', 'no asset, an unknown one, a day gone by, another\'s manager, one\'s own word: each refused', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka'), other = await hand(t, 'kimura');
  const it = await asset(t, '評価替えの資料');
  const none = await staff.apply('take_out', { ...trip }, '現地調査のため');
  check(none.status === 400, `sent without an asset: ${none.status}`);
  told(none, '「対象」が空です');
  const unknown = await staff.send('/apply/take_out', '/apply/take_out', { act: 'send', purpose: 'x', 'f.object': 'a'.repeat(26), 'f.place': '現地', 'f.until': 'R8.4.10', 'f.on_duty': 'yes' });
  check(unknown.status === 400, `sent with an unknown asset: ${unknown.status}`);
  const past = await staff.apply('take_out', { object: it.id, ...trip, until: 'R8.3.31' }, '現地調査のため');
  check(past.status === 400, `sent for the past: ${past.status}`);
  told(past, '過ぎた日');
  const private_ = await staff.apply('take_out', { object: it.id, ...trip, on_duty: 'no' }, '自宅で見るため');
  check(private_.status === 409, `for another purpose: ${private_.status}`);
  told(private_, '第2章 5.1 (1)②');
  const where = sent(await staff.apply('take_out', { object: it.id, ...trip }, '現地調査のため'));
  const id = where.split('/')[2];
  const strange = await t.api('kimura', 'POST', `/applications/${id}/answers`, { answer: 'agree' });
  check([403, 404].includes(strange.status), `another section's manager is heard: ${strange.status}`);
  await t.refused('aoki', 'POST', `/applications/${id}/answers`, { answer: 'agree' }, 'HN-2.1(3)-1');
  await t.entry({ kind: 'application.denied', subject: id });
  check((await t.get('aoki', `/applications/${id}`)).state === 'open', 'somebody\'s word counted');
  void manager, void other;
  t.shows('no-asset', 'unknown-asset', 'day-gone', 'not-owner');
});

tag('permit-takeout', 'violation', 'class A on a machine that is not the office\'s is stopped before anybody is asked', async (t) => {
  const staff = await hand(t, 'aoki');
  const it = await asset(t, '滞納整理の名簿', { importance: 'A', personal: 'yes' });
  const own = await row(t, 'aoki', 'host', '私物のノートパソコン', { section: 'tax', issued: 'no', form: 'pc' });
  const seq = await t.last();
  const out = await staff.apply('work_outside', { object: it.id, place: '自宅', until: 'R8.4.10', on_paper: 'no', device: own.id }, '在宅で整理するため');
  check(out.status === 409, `asked for: ${out.status} ${out.said.slice(0, 500)}`);
  told(out, '第2章 5.1 (1)③ウ ただし書');
  check(!(await t.entries({ kind: 'application.submitted' })).some((e) => e.seq > seq), 'it was routed');
});

tag('permit-takeout', 'way', 'papers alone are worked on at home: no machine is asked for', async (t) => {
  const [staff, manager] = await Promise.all(['aoki', 'tanaka'].map((l) => hand(t, l)));
  const it = await asset(t, '滞納整理の綴り', { importance: 'A', personal: 'yes', medium_kind: 'paper' });
  const where = sent(await staff.apply('work_outside', { object: it.id, place: '自宅', until: 'R8.4.10', on_paper: 'yes' }, '在宅で整理するため'));
  await agreed(manager, where);
  check((await t.get('aoki', `/applications/${where.split('/')[2]}`)).state === 'permitted', 'not permitted');
});

tag('permit-takeout', 'way', 'Fukushima: the manager permits, and a record of place, machine and permission is kept', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const it = await t.post('aoki', '/registers/asset/rows', { name: '県税の調査票', cells: { owner: 'tax', medium_kind: 'paper' } });
  const where = sent(await staff.apply('take_out', { object: it.id, place: '地方振興局', until: 'R8.4.10', on_duty: 'yes' }, '調査のため'));
  await t.changes('FS-6.1(9)', ['unproven', 'met', 'unset'], ['met', 'unset'], () => agreed(manager, where));
  await t.entry({ kind: 'application.permitted', subject: where.split('/')[2] }, ['FS-6.1(9)']);
  const book = await record(staff, where, 'movement');
  const page = await manager.terminal.get(book);
  for (const field of ['持出先', '使う端末', '許可した人']) check(page.text.includes(field), `the record has no ${field}`);
});

// ---- transfer-protection ----------------------------------------------------------------

tag('transfer-protection', 'way', 'class A is carried locked and encrypted, by its manager\'s leave', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const it = await asset(t, '課税データ（外付け媒体）', { importance: 'A', personal: 'yes' });
  const where = sent(await staff.apply('carry', { object: it.id, by_vehicle: 'yes', locked_case: 'yes', protection: 'encrypted', until: 'R8.4.10' }, '県税事務所へ届けるため'));
  await t.changes('HN-2.2.2(7)-1', ['unproven', 'met'], 'met', () => agreed(manager, where));
  await t.entry({ kind: 'application.permitted', subject: where.split('/')[2] }, ['HN-2.2.2(7)-1', 'HN-2.2.2(7)-2']);
});

tag('transfer-protection', 'violation', 'class A unprotected is held for a reason; a reason is heard; a method not on the list is none', async (t) => {
  const staff = await hand(t, 'aoki');
  const it = await asset(t, '課税データ（紙の写し）', { importance: 'A', personal: 'yes' });
  const bare = { object: it.id, by_vehicle: 'yes', locked_case: 'yes', protection: 'none', until: 'R8.4.10' };
  const held = await staff.apply('carry', bare, '届けるため');
  check(held.status === 400 || held.status === 409, `sent without a reason: ${held.status}`);
  told(held, '第2章 2.2 (7)①');
  const odd = await staff.apply('carry', { ...bare, protection: 'rot13' }, '届けるため');
  check(odd.status === 400, `a method that is not on the list: ${odd.status}`);
  told(odd, '並んだものの中から選んでください');
  sent(await staff.apply('carry', bare, '届けるため', { 'c.not_needed.HN-2.2.2(7)-1': '封をした紙で、施錠した箱に入れて職員が携えるため' }));
  t.shows('unprotected-a', 'method-unlisted');
});

tag('transfer-protection', 'way', 'Fukushima: level 2 is carried in a locked case or encrypted, one is enough', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const it = await t.post('aoki', '/registers/asset/rows', { name: '課税の調書', cells: { owner: 'tax', confidentiality: '2', from_inside: 'yes' } });
  for (const guard of [{ locked_case: 'yes', protection: 'none' }, { locked_case: 'no', protection: 'encrypted' }]) {
    const done = await staff.tell('carry', it.id, { by_vehicle: 'yes', ...guard });
    check(done.status === 303, `${brief(guard)}: ${done.status} ${done.said.slice(0, 500)}`);
    await t.entry({ kind: 'deed.told', subject: it.id }, ['FS-3.9(3)']);
  }
  check((await t.state('FS-3.9(3)')) === 'met', 'what was carried proves nothing');
});

tag('transfer-protection', 'violation', 'Fukushima: level 2 with neither is refused; over an unsafe network unencrypted it does not go', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const it = await t.post('aoki', '/registers/asset/rows', { name: '課税の原票', cells: { owner: 'tax', confidentiality: '2', from_inside: 'yes' } });
  const bare = await staff.tell('carry', it.id, { by_vehicle: 'yes', locked_case: 'no', protection: 'password' });
  check(bare.status === 409, `carried: ${bare.status}`);
  told(bare, '第３ ９(3)');
  await t.entry({ kind: 'deed.refused', subject: it.id }, ['FS-3.9(3)']);
  const sent = await t.post('aoki', '/decisions', { act: 'send', facts: { 'object.confidentiality': '2', network_safe: 'no', to_outside: 'yes', prescribed: 'yes', protection: 'password' } });
  check(sent.verdict === 'refuse' && JSON.stringify(sent.decision).includes('FS-3.9(2)'), brief(sent));
  t.shows('unprotected-2');
});

// ---- media-disposal ---------------------------------------------------------------------

tag('media-disposal', 'way', 'a medium of class A is erased by leave, and who did what when is on record', async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const list = await asset(t, '廃棄する名簿', { importance: 'A', personal: 'yes' });
  const disk = await row(t, 'aoki', 'medium', '外付けディスク Z-021', { owner: 'tax', contents: list.id, serial: 'SN-0021', managed: 'yes', on_hold: 'no' });
  check(disk.classes.some((c) => c.low === 'A'), `a medium that holds class A is not A: ${brief(disk.classes)}`);
  const where = sent(await staff.apply('dispose_medium', { object: disk.id, erased: 'yes', treatment: '物理破壊（破砕機2回）' }, '更新に伴う廃棄'));
  await t.changes('HN-2.2.2(9)-3', ['unproven', 'met'], 'met', () => agreed(manager, where));
  await t.entry({ kind: 'application.permitted', subject: where.split('/')[2] }, ['HN-2.2.2(9)-3', 'HN-2.2.2(9)-2']);
  const book = await record(staff, where, 'media_disposals');
  const empty = await staff.send(book, book, { close: '1' });
  check(empty.status === 400, 'closed without day');
  told(empty, '「日時」が空です');
  const whole = await staff.write(book, { performed_at: 'R8.4.2 10:00', performer: await t.person('aoki') });
  check(whole.status === 303, whole.said.slice(0, 600));
  await t.entry({ kind: 'book.closed', subject: book.split('/').pop() }, ['HN-2.2.2(9)-2']);
  check((await t.state('HN-2.2.2(9)-2')) === 'met', 'the clause of the record does not stand met');
  t.shows('record-empty');
});

tag('media-disposal', 'violation', 'no treatment, no leave, or held as evidence: not disposed of', async (t) => {
  const staff = await hand(t, 'aoki');
  const list = await asset(t, '廃棄できない名簿', { importance: 'A', personal: 'yes' });
  const disk = await row(t, 'aoki', 'medium', '外付けディスク Z-022', { owner: 'tax', contents: list.id, managed: 'yes', on_hold: 'no' });
  const bare = await staff.apply('dispose_medium', { object: disk.id, erased: 'yes' }, '廃棄');
  check(bare.status === 400, `without a treatment: ${bare.status}`);
  told(bare, '行った処理');
  const seq = await t.last();
  const direct = await staff.tell('dispose_medium', disk.id, { performed_at: 'R8.4.2', erased: 'yes', treatment: '消磁' });
  check(direct.status === 409 || direct.status === 400, `told as done without leave: ${direct.status}`);
  told(direct, '第2章 2.2 (9)③');
  check(!(await t.entries({ kind: 'book.opened' })).some((e) => e.seq > seq), 'a record was opened');
  const kept = await row(t, 'aoki', 'medium', '外付けディスク Z-023', { owner: 'tax', contents: list.id, managed: 'yes', on_hold: 'yes' });
  const held = await staff.apply('dispose_medium', { object: kept.id, erased: 'yes', treatment: '破砕' }, '廃棄');
  check(held.status === 409, `evidence is disposed of: ${held.status} ${held.said.slice(0, 400)}`);
  t.shows('no-treatment', 'no-leave', 'on-hold');
});

tag('media-disposal', 'violation', 'a disk goes to repair unerased only under secrecy and checked arrangements', async (t) => {
  const staff = await hand(t, 'aoki');
  const pc = await row(t, 'aoki', 'host', '修理に出すパソコン', { section: 'tax', issued: 'yes', form: 'pc', has_storage: 'yes' });
  const full = await staff.tell('repair_outside', pc.id, { erasable: 'yes', erased: 'no' });
  check(full.status === 409, `sent out with its content: ${full.status}`);
  told(full, '第2章 4.1 (4)②');
  const bare = await staff.tell('repair_outside', pc.id, { erasable: 'no', erased: 'no' });
  check(bare.status === 400 || bare.status === 409, `without a contract: ${bare.status}`);
  const good = await staff.tell('repair_outside', pc.id, { erasable: 'yes', erased: 'yes' });
  check(good.status === 303, `${good.status} ${good.said.slice(0, 500)}`);
  await t.entry({ kind: 'deed.told', subject: pc.id }, ['HN-2.4.1(4)-2/1']);
});

// ---- asset-classification ---------------------------------------------------------------

tag('asset-classification', 'way', 'who makes it classes it; what holds several is of the highest; lowering is the owner\'s, with a ground', async (t) => {
  const low = await asset(t, '庁内の連絡表', { importance: 'B', undisclosed: 'yes' });
  await t.entry({ kind: 'register.registered', subject: low.id }, ['HN-2.2.2(2)-2']);
  const high = await asset(t, '納税者の名簿', { importance: 'A', personal: 'yes' });
  const both = await row(t, 'aoki', 'medium', '税務の綴り', { owner: 'tax', contents: `${low.id} ${high.id}` });
  check(both.classes.some((c) => c.low === 'A' && c.high === 'A'), `not the highest: ${brief(both.classes)}`);
  const system = await row(t, 'aoki', 'system', '税の照会システム', { section: 'tax', for_outsiders: 'no', contents: `${low.id} ${high.id}` });
  check(system.classes.some((c) => c.low === 'A'), `a system that uses class A is not A: ${brief(system.classes)}`);
  const rated = await asset(t, '統計の下書き', { importance: 'A' });
  const lowered = await t.changes('HN-2.2.2(1)-1/1', ['unproven', 'met', 'overdue', 'unset'], ['met', 'unproven', 'overdue', 'unset'], () =>
    t.post('tanaka', `/registers/asset/rows/${rated.id}`, { version: rated.version, cells: { importance: 'B' }, ground: '個人が分からない集計だけになったため' }));
  check(lowered.classes.some((c) => c.low === 'B'), brief(lowered.classes));
  await t.entry({ kind: 'register.changed', subject: rated.id }, ['HN-2.2.2(1)-1/1']);
});

tag('asset-classification', 'violation', 'no class, a class that is none, lower than the law of the text or of what it holds: not registered', async (t) => {
  const me = await t.person('aoki'), base = { owner: 'tax', for_business: 'yes', limits: 'backed_up', circle: me };
  const put = (cells) => t.api('aoki', 'POST', '/registers/asset/rows', { name: '綴り', cells: { ...base, ...cells } });
  const odd = await put({ importance: 'Z' });
  check(odd.status === 422, `a class that is none: ${odd.status} ${brief(odd.data)}`);
  const none = await put({});
  check(none.status === 403 || none.status === 422, `without a class: ${none.status} ${brief(none.data)}`);
  const useless = await put({ importance: 'C', for_business: 'no' });
  check(useless.status === 403 && useless.data.clause === 'HN-2.2.2(2)-1', `not for business: ${useless.status} ${brief(useless.data)}`);
  const low = await put({ importance: 'C', personal: 'yes' });
  check([403, 422].includes(low.status), `below what the text says: ${low.status}`);
  const high = await asset(t, '内申の名簿', { importance: 'A', personal: 'yes' });
  const box = await t.api('aoki', 'POST', '/registers/asset/rows', { name: '箱', cells: { ...base, importance: 'B', contents: high.id } });
  check([403, 422].includes(box.status), `lower than what it holds: ${box.status} ${brief(box.data)}`);
  const rated = await asset(t, '督促の名簿', { importance: 'A' });
  const bare = await t.api('tanaka', 'POST', `/registers/asset/rows/${rated.id}`, { version: rated.version, cells: { importance: 'B' } });
  check([403, 422].includes(bare.status), `lowered without a ground: ${bare.status}`);
  const other = await t.api('aoki', 'POST', `/registers/asset/rows/${rated.id}`, { version: rated.version, cells: { importance: 'B' }, ground: '下げたい' });
  check(other.status === 403, `lowered by who is not its manager: ${other.status} ${brief(other.data)}`);
  t.shows('level-unknown', 'no-class', 'below-contents');
});

tag('asset-classification', 'violation', 'copies beyond need and a store that does not fit are refused by their clauses', async (t) => {
  const staff = await hand(t, 'aoki');
  const it = await asset(t, '配付を限る資料', { importance: 'A', personal: 'yes', limits: 'no_spare_copies' });
  const copied = await staff.tell('copy_asset', it.id, { beyond_need: 'yes' });
  check(copied.status === 409, `copied: ${copied.status} ${copied.said.slice(0, 300)}`);
  told(copied, '第2章 2.1 (2) 2項目');
  await t.entry({ kind: 'deed.refused', subject: it.id }, ['HN-2.2.1(2)-p2']);
  const stored = await staff.tell('store_asset', it.id, { place_fits: 'no' });
  check(stored.status === 409, `stored: ${stored.status} ${stored.said.slice(0, 300)}`);
  const disk = await row(t, 'aoki', 'medium', '保管する媒体', { owner: 'tax', contents: it.id });
  const shelf = await staff.tell('store_medium', disk.id, { long_term: 'no', backup: 'no', proof: 'no', locked: 'yes', write_protected: 'yes' });
  check(shelf.status === 409, `class A on an open shelf: ${shelf.status} ${shelf.said.slice(0, 300)}`);
  told(shelf, '第2章 2.2 (5)④');
  void duties;
  t.shows('place-unfit', 'copy-restricted');
});
