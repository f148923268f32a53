// Services that others run, social media, systems from their making to their changes,
// and backups.
'use strict';
const { tag, check, brief } = require('./kit.js');
const { spawnSync } = require('child_process');
const fs = require('fs');
const { hand, duties, told } = require('../forms.js');

const row = (t, login, kind, name, cells, section) => t.post(login, `/registers/${kind}/rows`, { name, cells, ...(section ? { section } : {}) });
const id = (where) => where.split('/').pop();
async function moved(t, h, where, act, clauses = [], more = {}) {
  const reply = await h.move(where, act, more);
  check(reply.status === 303, `${act}: ${reply.status} ${reply.said.slice(0, 1000)}`);
  if (!reply.location.startsWith('/decide/')) await t.entry({ kind: 'case.moved', subject: id(where) }, clauses);
  return reply;
}
async function stays(h, where, act, status, words) {
  const reply = await h.move(where, act);
  check([].concat(status).includes(reply.status), `${act}: ${reply.status}`);
  told(reply, words);
}
async function permitted(h, where) {
  const said = await h.decide(where, 'agree', '認める');
  check(said.status === 303, `not permitted: ${said.said.slice(0, 800)}`);
}

// ---- cloud services: Fukushima's two tracks, Hannan's and Annaka's terms -------------------

async function service(t, h, name, contents, more = {}) {
  const where = await h.open('service', name, { section: 'tax', contents, cloud: 'yes', personal: 'no', region: 'japan',
    stored_abroad: 'no', certified: 'yes', ...more });
  return where;
}
const rated = (t, name, confidentiality, availability = '1') => row(t, 'tanaka', 'asset', name, { owner: 'tax', from_inside: 'yes',
  loss_whole: 'no', loss_rights: availability === '1' ? 'no' : 'yes', confidentiality, availability, integrity: '1' }, 'tax');
const secret = (t) => rated(t, '税の相談記録', '2');
const open = (t) => rated(t, '公開済みの税の手引き', '1');

tag('cloud-service', 'way', 'confidentiality 2: considered, selected, bought, contracted, permitted, built, operated, ended', { body: 'fukushima' }, async (t) => {
  const manager = await hand(t, 'tanaka'), general = await hand(t, 'ogawa');
  const contents = (await secret(t)).id, all = { section: 'tax', contents, cloud: 'yes', personal: 'no', region: 'japan', stored_abroad: 'no', certified: 'yes' };
  const where = await service(t, manager, '税務相談の管理サービス', contents);
  await manager.answer(where, 'yes');
  await moved(t, manager, where, 'service.consider', ['FS-10.2(2)-1a']);
  await manager.answer(where, 'yes');
  await moved(t, manager, where, 'service.select', ['FS-10.2(2)-2a/2', 'FS-10.2(2)-8/2']);
  await manager.answer(where, 'yes');
  await moved(t, manager, where, 'service.procure', ['FS-10.2(3)-1']);
  await manager.answer(where, 'yes');
  await moved(t, manager, where, 'service.contract', ['FS-10.2(3)-2/1']);
  await t.changes('FS-10.2(4)-1', 'unproven', 'met', async () => {
    const asked = await moved(t, manager, where, 'service.use');
    check(asked.location.startsWith('/decide/'), 'nobody is asked');
    await permitted(general, asked.location);
  });
  await t.entry({ kind: 'case.moved', subject: id(where) }, ['FS-10.2(4)-1']);
  await t.entry({ kind: 'book.opened', clause: 'FS-10.2(4)-2/1' });
  await manager.fill(where, { ...all, manager_named: 'yes' });
  await manager.answer(where, 'yes');
  await moved(t, manager, where, 'service.build', ['FS-10.2(5)-1a', 'FS-10.2(4)-2/2']);
  await manager.answer(where, 'yes');
  await moved(t, manager, where, 'service.operate', ['FS-10.2(6)-1a']);
  await t.until('teaching its use is owed', () => duties(t, 'FS-10.2(6)-1a').some((d) => d.object === id(where)));
  await manager.answer(where, 'yes');
  await t.changes('FS-10.2(7)-1a', 'unproven', 'met', () => moved(t, manager, where, 'service.end', ['FS-10.2(7)-1a', 'FS-10.2(7)-1b']));
});

tag('cloud-service', 'way', 'without confidentiality 2: staff ask, the section manager permits, it is listed', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const where = await service(t, staff, '路線図の閲覧サービス', (await open(t)).id, { terms_accepted: 'yes' });
  const asked = await moved(t, staff, where, 'service.use');
  await t.changes('FS-10.3(1)-1', ['unproven', 'met'], 'met', () => permitted(manager, asked.location));
  await t.entry({ kind: 'case.moved', subject: id(where) }, ['FS-10.3(1)-1']);
  await t.entry({ kind: 'book.opened', clause: 'FS-10.3(1)-2/1' });
  await t.until('its manager takes measures', () => duties(t, 'FS-10.3(1)-3').some((d) => d.object === id(where)));
});

tag('cloud-service', 'violation', 'confidentiality 2 does not go the light way', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const where = await service(t, staff, '相談記録をすぐ載せたいサービス', (await secret(t)).id, { terms_accepted: 'yes' });
  await stays(staff, where, 'service.use', 409, '選');
  await t.entry({ kind: 'case.refused', subject: id(where) });
  const used = await staff.tell('use_terms_service', (await secret(t)).id, { performed_at: 'R8.4.2' }).catch((e) => e);
  check(used instanceof Error, 'a deed that somebody must permit is told by hand');
  const said = await t.post('aoki', '/decisions', { act: 'use_terms_service', facts: { object: (await secret(t)).id, terms_accepted: 'yes', measured: 'yes' } });
  check(said.verdict === 'refuse' && brief(said).includes('FS-10.2(1)'), brief(said));
  check(manager, '');
  t.shows('above-track');
});

tag('cloud-service', 'violation', 'a region or a store abroad, and a missing criterion, are not selected', { body: 'fukushima' }, async (t) => {
  const manager = await hand(t, 'tanaka');
  const contents = (await secret(t)).id;
  for (const [name, more, words] of [['国外リージョンのサービス', { region: 'abroad' }, '国内のリージョン'],
    ['控えが国外のサービス', { stored_abroad: 'yes' }, '海外に保存']]) {
    const where = await service(t, manager, name, contents, more);
    await manager.answer(where, 'yes');
    await moved(t, manager, where, 'service.consider');
    await manager.answer(where, 'yes');
    await stays(manager, where, 'service.select', [400, 409], words);
  }
  const where = await service(t, manager, '基準の足りないサービス', contents);
  await manager.answer(where, 'yes');
  await moved(t, manager, where, 'service.consider');
  await manager.answer(where, { jurisdiction: 'yes', recovery: 'yes' });
  await stays(manager, where, 'service.select', 400, '項目');
  t.shows('abroad', 'criterion-missing');
});

tag('cloud-service', 'violation', 'a service that is not on the list is not used', { body: 'annaka' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const asset = await row(t, 'tanaka', 'asset', '公開する写真', { owner: 'tax', medium_kind: 'data', specific: 'no', side: 'internet', medical: 'no',
    undisclosed: 'no', personal: 'no', harm: 'no', confidentiality: '1', integrity: '1', availability: '1' }, 'tax');
  const where = await staff.open('service', '無料の写真置き場', { section: 'tax' });
  const wish = { object: asset.id, service: id(where), terms_accepted: 'yes', measured: 'yes' };
  const unlisted = await staff.apply('use_terms_service', wish, '祭りの写真を渡すため');
  check(unlisted.status !== 303, 'used before anybody approved it');
  told(unlisted, '外部サービス');
  t.shows('unlisted');
});

tag('cloud-service', 'violation', 'it does not end before data and accounts are gone', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki'), manager = await hand(t, 'tanaka');
  const where = await service(t, staff, '終わりの決まらないサービス', (await open(t)).id, { terms_accepted: 'yes' });
  await permitted(manager, (await moved(t, staff, where, 'service.use')).location);
  await stays(staff, where, 'service.end', 400, '預けた情報を捨てる');
  await staff.answer(where, { data_erased: 'yes', accounts_erased: 'no' });
  await stays(staff, where, 'service.end', [400, 409], 'アカウントを捨てる');
  check((await staff.terminal.get(where)).text.includes('aria-current="step"><b>利用中'), 'it has ended');
  t.shows('end-with-data');
});

// ---- social media --------------------------------------------------------------------------

const account = { section: 'tax', procedure: 'yes', unit_shown: 'yes', secrets_kept: 'yes', page_linked: 'yes', back_linked: 'yes', verification: 'verified' };

tag('social-media', 'way', 'an account with procedure, links and a responsible person; a post of what is public', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const made = await row(t, 'tanaka', 'sns_account', '県税の広報アカウント', { ...account, responsible: await t.person('tanaka') }, 'tax');
  await t.entry({ kind: 'register.registered', subject: made.id }, ['FS-7.5(1)-b', 'FS-7.5(1)-c', 'FS-7.5(1)-d', 'FS-7.5(1)-e', 'FS-7.5(3)']);
  const news = await rated(t, '納期のお知らせ', '1');
  await t.changes('FS-7.5(1)-a', 'unproven', 'met', async () => {
    const post = await staff.tell('post_sns', news.id, { performed_at: 'R8.4.3 10:00', account: made.id, postable: 'yes', mirrored: 'no' });
    check(post.status === 303, `not posted: ${post.said.slice(0, 900)}`);
    await t.entry({ kind: 'deed.told', subject: news.id }, ['FS-7.5(1)-a', 'FS-7.5(1)-0']);
  });
  const taken = await staff.tell('account_takeover', made.id, { performed_at: 'R8.4.4' });
  check(taken.status === 303, taken.said.slice(0, 500));
  await t.until('the damage is to be limited', () => duties(t, 'FS-7.5(4)').some((d) => d.object === made.id));
});

tag('social-media', 'violation', 'a post above the limit is refused: confidentiality 2, importance B', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const list = await rated(t, '滞納者の一覧', '2');
  const post = await staff.tell('post_sns', list.id, { performed_at: 'R8.4.3', postable: 'yes' });
  check(post.status === 409, `posted: ${post.status}`);
  told(post, '機密性2以上');
  const kept = await t.entry({ kind: 'deed.refused', subject: list.id }, ['FS-7.5(2)']);
  check(!brief(kept.data).includes('postable'), 'what was told is kept');
  t.shows('above-limit');
});

tag('social-media', 'violation', 'Hannan: importance B is not posted, and no account without procedure or responsible person', async (t) => {
  const staff = await hand(t, 'aoki');
  const list = await row(t, 'tanaka', 'asset', '課税の一覧', { owner: 'tax', personal: 'yes', importance: 'A', limits: 'limited_place',
    circle: await t.person('aoki'), for_business: 'yes' }, 'tax');
  const post = await staff.tell('post_sns', list.id, { performed_at: 'R8.4.3', postable: 'yes' });
  check(post.status === 409, `posted: ${post.status} ${post.said.slice(0, 500)}`);
  await t.entry({ kind: 'deed.refused', subject: list.id }, ['HN-2.8.3-2']);
  const who = await t.person('tanaka');
  await t.refused('tanaka', 'POST', '/registers/sns_account/rows', { name: '手順のないアカウント', section: 'tax', cells: { ...account, procedure: 'no', responsible: who } }, 'HN-2.8.3-1');
  const nobody = await t.api('tanaka', 'POST', '/registers/sns_account/rows', { name: '責任者のいないアカウント', section: 'tax', cells: account });
  check(nobody.status === 403 && brief(nobody.data).includes('責任者'), `registered: ${brief(nobody)}`);
  t.shows('no-procedure-or-person');
});

tag('social-media', 'violation', 'what must be available is not posted without the own site', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const made = await row(t, 'tanaka', 'sns_account', '災害時の広報アカウント', { ...account, responsible: await t.person('tanaka') }, 'tax');
  const urgent = await rated(t, '窓口の休止のお知らせ', '1', '2');
  const wish = { performed_at: 'R8.4.3', account: made.id, postable: 'yes' };
  const alone = await staff.tell('post_sns', urgent.id, { ...wish, mirrored: 'no' });
  check(alone.status === 409, `posted: ${alone.status} ${alone.said.slice(0, 500)}`);
  await t.entry({ kind: 'deed.refused', subject: urgent.id }, ['FS-7.5(5)']);
  const both = await staff.tell('post_sns', urgent.id, { ...wish, mirrored: 'yes' });
  check(both.status === 303, both.said.slice(0, 500));
  t.shows('no-mirror');
});

// ---- systems ---------------------------------------------------------------------------------

const built = { section: 'tax', lead: '青波システム 開発部長', workers: '青波システム 3人', machines: '検証用サーバ1台', programs: 'PostgreSQL 15',
  access_set: 'yes', migration: '連休中に切り替える。手順書 第4号' };
const proven = { ...built, tested_enough: 'yes', simulated: 'yes', maker_tested: 'yes', owner_tested: 'yes', independent: 'yes',
  saved: 'yes', least_stop: 'yes', available: 'yes' };

tag('system-lifecycle', 'way', 'planned, built, tested, tried, accepted, connected; changed by two; a fault handled', async (t) => {
  const manager = await hand(t, 'tanaka'), staff = await hand(t, 'aoki');
  const where = await manager.open('development', '税総合システムの更新', built);
  await moved(t, manager, where, 'development.plan', ['HN-2.6.3(3)-1a']);
  await manager.answer(where, 'yes');
  await moved(t, manager, where, 'development.build', ['HN-2.6.3(2)-1', 'HN-2.6.3(5)-1', 'HN-2.6.3(5)-3']);
  await moved(t, manager, where, 'development.test', []);
  await t.entry({ kind: 'book.opened', clause: 'HN-2.6.3(4)-2' });
  await manager.fill(where, proven);
  await moved(t, manager, where, 'development.trial', ['HN-2.6.3(3)-2b']);
  await t.changes('HN-2.6.3(3)-2c', 'unproven', 'met', () => moved(t, manager, where, 'development.accept', ['HN-2.6.3(3)-2c']));
  await moved(t, manager, where, 'development.introduce', ['HN-2.6.3(3)-1b', 'HN-2.6.3(3)-1c', 'HN-2.6.3(3)-2a']);
  const system = await row(t, 'tanaka', 'system', '税総合システム', { section: 'tax', for_outsiders: 'no' }, 'tax');
  const [one, two] = [await t.person('aoki'), await t.person('mori')];
  const change = await staff.tell('change_system', system.id, { performed_at: 'R8.4.5 18:00', work: '税率の変更を適用', workers: [one, two], cross_checked: 'yes', tested: 'yes' });
  check(change.status === 303 && change.location.startsWith('/books/changes/'), `${change.status} ${change.said.slice(0, 600)}`);
  await t.entry({ kind: 'deed.told', subject: system.id }, ['HN-2.6.1(4)-3', 'HN-2.6.1(4)-2']);
  const closed = await staff.write(change.location, {});
  check(closed.status === 303, closed.said.slice(0, 500));
  await t.until('its history is owed', () => duties(t, 'HN-2.6.3(6)').some((d) => d.object === system.id));
  const fault = await staff.open('fault', '夜間の処理が止まった', { section: 'tax', symptom: '1時に止まった', handling: '再実行', problem: 'なし' });
  await moved(t, staff, fault, 'fault.handle', []);
  await t.entry({ kind: 'book.opened', clause: 'HN-2.6.1(7)' });
});

tag('system-lifecycle', 'violation', 'Hannan: one person alone does not change a system', async (t) => {
  const staff = await hand(t, 'aoki');
  const system = await row(t, 'tanaka', 'system', '宛名システム', { section: 'tax', for_outsiders: 'no' }, 'tax');
  const alone = await staff.tell('change_system', system.id, { performed_at: 'R8.4.5', work: '設定の変更', workers: await t.person('aoki'), cross_checked: 'no', tested: 'yes' });
  check(alone.status === 409, `told: ${alone.status}`);
  await t.entry({ kind: 'deed.refused', subject: system.id }, ['HN-2.6.1(4)-3']);
  check((await t.entries({ kind: 'book.opened', subject: system.id })).length === 0, 'a record was opened');
  t.shows('one-worker');
});

tag('system-lifecycle', 'violation', 'Fukushima: one person only with a detailed record and two who confirm', { body: 'fukushima' }, async (t) => {
  const staff = await hand(t, 'aoki');
  const system = await row(t, 'tanaka', 'system', '県税システム', { section: 'tax' }, 'tax');
  const [me, one, two] = [await t.person('aoki'), await t.person('mori'), await t.person('ueda')];
  for (const more of [{ detailed_record: 'no', confirmers: [one, two] }, { detailed_record: 'yes', confirmers: one }]) {
    const told1 = await staff.tell('change_system', system.id, { performed_at: 'R8.4.5', work: '設定の変更', workers: me, ...more });
    check(told1.status === 409, `told: ${told1.status} ${told1.said.slice(0, 400)}`);
    await t.entry({ kind: 'deed.refused', subject: system.id }, ['FS-7.2(3)-c/1']);
  }
  const good = await staff.tell('change_system', system.id, { performed_at: 'R8.4.5', work: '設定の変更', workers: me, detailed_record: 'yes', confirmers: [one, two] });
  check(good.status === 303, good.said.slice(0, 600));
  await t.entry({ kind: 'deed.told', subject: system.id }, ['FS-7.2(3)-c/2']);
  t.shows('one-worker-recorded');
});

tag('system-lifecycle', 'violation', 'what only its maker has tested is not accepted, and untested it is not connected', async (t) => {
  const manager = await hand(t, 'tanaka');
  const where = await manager.open('development', '口座振替の改修', built);
  await moved(t, manager, where, 'development.plan');
  await manager.answer(where, 'yes');
  await moved(t, manager, where, 'development.build');
  await stays(manager, where, 'development.introduce', [400, 403, 404, 409], '');
  await moved(t, manager, where, 'development.test');
  await manager.fill(where, { ...proven, tested_enough: 'no' });
  await stays(manager, where, 'development.introduce', 409, '十分に試験');
  await manager.fill(where, { ...proven, owner_tested: 'no', independent: 'no' });
  await moved(t, manager, where, 'development.trial');
  await stays(manager, where, 'development.accept', 409, '受入れテスト');
  await t.entry({ kind: 'case.refused', subject: id(where) });
  t.shows('only-maker-tested');
});

tag('system-lifecycle', 'violation', 'a record of work that was written over is found, and leads to an incident', { fresh: true }, async (t) => {
  const staff = await hand(t, 'aoki');
  const system = await row(t, 'tanaka', 'system', '文書管理システム', { section: 'tax', for_outsiders: 'no' }, 'tax');
  const [one, two] = [await t.person('aoki'), await t.person('mori')];
  const change = await staff.tell('change_system', system.id, { performed_at: 'R8.4.5', work: '更新を適用', workers: [one, two], cross_checked: 'yes', tested: 'yes' });
  check((await staff.write(change.location, {})).status === 303, 'not closed');
  const again = await staff.terminal.post(change.location, { form: '', 'f.work': '別のこと' });
  check(again.status >= 400, `written over: ${again.status}`);
  const copy = `${t.folder}-copy`;
  await t.stop();
  fs.cpSync(t.folder, copy, { recursive: true, filter: (from) => !from.endsWith('.sock') });
  await t.run();
  const edit = spawnSync('sqlite3', [`${copy}/sekisho.db`, "UPDATE book_entry SET writer = opened_by, changed_ms = changed_ms + 86400000 WHERE registry = 'changes'; SELECT changes();"], { encoding: 'utf8' });
  check(edit.stdout.trim() === '1', `nothing edited: ${edit.stdout}${edit.stderr}`);
  const found = spawnSync(`${process.env.TAGS_BUILD}/bin/sekisho`, ['ledger', 'verify', '-C', copy], { encoding: 'utf8' });
  fs.rmSync(copy, { recursive: true, force: true });
  check(found.status !== 0 && found.stdout.includes('book_entry'), `not found: ${found.status} ${found.stdout}${found.stderr}`);
  const incident = await staff.send('/report', '/report', { name: '作業の記録の書換え', story: '記録簿の表が記録の原本と合わない' });
  check(incident.status === 303 && incident.location.startsWith('/case/'), incident.said.slice(0, 400));
  await t.entry({ kind: 'case.opened', subject: id(incident.location) });
  t.shows('record-edited');
});

// ---- backups ---------------------------------------------------------------------------------

async function plan(t, name, more = {}) {
  const system = await row(t, 'tanaka', 'system', `${name}のシステム`, { section: 'tax', for_outsiders: 'no' }, 'tax');
  return row(t, 'tanaka', 'backup', name, { system: system.id, section: 'tax', target_hours: '4', far: 'yes', ...more }, 'tax');
}

tag('backup', 'violation', 'a failed backup is to be taken again at once; an overdue one is told upwards', { fresh: true }, async (t) => {
  const staff = await hand(t, 'aoki');
  const backup = await plan(t, '文書の日次バックアップ');
  await row(t, 'tanaka', 'asset', '課税原簿', { owner: 'tax', personal: 'yes', importance: 'A', limits: 'backed_up', for_business: 'yes' }, 'tax');
  const failed = await staff.tell('run_backup', backup.id, { performed_at: 'R8.4.1 09:10', succeeded: 'no', outcome: '媒体の空きが足りない' });
  check(failed.status === 303, failed.said.slice(0, 500));
  const again = await t.until('it is taken again', () => duties(t, 'HN-2.2.1(2)-p7').find((d) => d.object === backup.id));
  check(again.owed.startsWith('manager@tax') && again.due, brief(again));
  t.day('2026-06-03');
  await t.until('it is overdue', () => duties(t, 'HN-2.2.1(2)-p7', '--state', 'overdue').some((d) => d.object === backup.id));
  check((await t.state('HN-2.2.1(2)-p7')) === 'overdue', 'the clause does not say so');
  await t.entry({ kind: 'duty.overdue', clause: 'HN-2.2.1(2)-p7' }, ['HN-2.2.1(2)-p7']);
  t.shows('failed-or-late');
});

tag('backup', 'violation', 'a medium that lies where the same disaster strikes is not kept for long', async (t) => {
  const staff = await hand(t, 'aoki');
  const medium = await row(t, 'tanaka', 'medium', '月次バックアップのテープ', { owner: 'tax', importance: 'C', managed: 'yes', serial: 'T-01' }, 'tax');
  const near = await staff.tell('store_medium', medium.id, { performed_at: 'R8.4.7', long_term: 'yes', backup: 'yes', write_protected: 'yes', apart: 'no', proof: 'yes', locked: 'yes' });
  check(near.status === 409, `kept: ${near.status} ${near.said.slice(0, 500)}`);
  told(near, '同時に被災しにくい地域');
  await t.entry({ kind: 'deed.refused', subject: medium.id }, ['HN-2.2.2(5)-3']);
  t.shows('same-region');
});

tag('backup', 'violation', 'a recovery slower than its target is a finding', async (t) => {
  const staff = await hand(t, 'aoki');
  const backup = await plan(t, '申告データの週次バックアップ');
  const slow = await staff.tell('restore_test', backup.id, { performed_at: 'R8.4.8', took_hours: '9', outcome: '回線が足りず遅れた' });
  check(slow.status === 303, slow.said.slice(0, 500));
  const finding = await t.until('it is to be made faster', () => duties(t, 'HN-2.2.1(2)-p9').find((d) => d.object === backup.id));
  check(finding.label.includes('目標の時間'), brief(finding));
  t.shows('slow-restore');
});

tag('backup', 'way', 'taken, put back in time, kept apart; what was owed for the period is settled with it', async (t) => {
  const staff = await hand(t, 'aoki');
  const backup = await plan(t, '税データの日次バックアップ');
  await t.changes('HN-2.6.1(2)', ['unproven', 'met'], ['unproven', 'met'], async () => {
    const run = await staff.tell('run_backup', backup.id, { performed_at: 'R8.4.6 02:10', succeeded: 'yes', outcome: '正常に終わった' });
    check(run.status === 303 && run.location.startsWith('/books/backups/'), `${run.status} ${run.said.slice(0, 600)}`);
    await t.entry({ kind: 'deed.told', subject: backup.id }, ['HN-2.6.1(2)']);
  });
  const restored = await staff.tell('restore_test', backup.id, { performed_at: 'R8.4.6', took_hours: '3', outcome: '全件を戻して照合した' });
  check(restored.status === 303, restored.said.slice(0, 600));
  check(!duties(t, 'HN-2.2.1(2)-p9').some((d) => d.object === backup.id), 'a recovery in time is minded');
  const asset = await row(t, 'tanaka', 'asset', '課税原簿', { owner: 'tax', personal: 'yes', importance: 'A', limits: 'backed_up', for_business: 'yes' }, 'tax');
  t.day('2026-05-02');
  const owed = await t.until('the backup of the period is owed', () => duties(t, 'HN-2.2.1(2)-p7').find((d) => d.object === asset.id));
  const done = t.cli('duty', 'done', owed.id, '--person', 'tanaka', '--note', '毎日の取得を記録簿で確かめた', '--evidence', backup.id);
  check(done.status === 0, done.stderr);
  const stands = await t.state('HN-2.2.1(2)-p7');
  check(stands === 'met', `${stands}: ${t.cli('proof', '--clause', 'HN-2.2.1(2)-p7').stdout} ${brief(duties(t, 'HN-2.2.1(2)-p7'))}`);
});
