// Leaving: the right of use ends that day, what is still held is a list, and the case of
// it stays open until the list is empty.
'use strict';
const fs = require('fs');
const { tag, check } = require('./kit.js');
const { Terminal } = require('../terminal.js');
const { hand, told, duties, whole } = require('../forms.js');
const { row, asset } = require('../asking.js');

const leave = async (t, who, login) => {
  const id = await t.person(login), page = `/organisation/people/${id}`;
  return who.send(page, `${page}/leaving`, { reason: '任期の終わり' });
};
async function attempt(t, login, password) {
  const it = new Terminal(t.inner);
  return it.post('/signin', { form: await it.form('/signin'), login, password });
}

tag('id-lifecycle', 'way', 'he leaves on a page: suspended that day, what he holds is listed, and the case ends when it is empty', { fresh: true }, async (t) => {
  const manager = await hand(t, 'tanaka'), leaver = await t.terminal('ueda'), me = await t.person('ueda');
  const device = await row(t, 'hayashi', 'account', '上田の課税システムのID', { person: me, shared: 'no', enabled: 'yes' }, { section: 'tax' });
  const it = await asset(t, '上田が扱う名簿', { circle: me });
  check((await manager.terminal.get(`/organisation/people/${me}`)).text.includes('手元に残るもの（2件）'), 'the list does not name two');
  const left = await leave(t, manager, 'ueda');
  check(left.status === 303 && left.location.startsWith('/case/'), `${left.status} ${left.location} ${left.said.slice(0, 500)}`);
  check((await leaver.get('/')).status === 303, 'his session lives on');
  await t.entry({ kind: 'office.person.left', subject: me });
  const owed = await t.until('the manager owes its end', () => duties(t, 'LOCAL-HN-15')[0]);
  await t.until('what he used is owed back', () => duties(t, 'HN-2.5.1(1)-9/1').length > 0);
  const page = await manager.terminal.get(left.location);
  told({ said: page.text }, '上田の課税システムのID');
  told({ said: page.text }, '上田が扱う名簿');
  const early = await manager.move(left.location, 'leaving.settle');
  check(early.status === 409 || early.status === 400, `settled with things open: ${early.status}`);
  await t.entry({ kind: 'case.refused', subject: left.location.split('/').pop() }, ['LOCAL-HN-15']);
  t.shows('leaver-holds');
  await t.post('hayashi', `/registers/account/rows/${device.id}/closing`, { version: device.version });
  await t.post('aoki', `/registers/asset/rows/${it.id}`, { version: it.version, cells: { circle: await t.person('aoki') } });
  const end = await manager.move(left.location, 'leaving.settle');
  check(end.status === 303, `${end.status} ${end.said.slice(0, 700)}`);
  await t.entry({ kind: 'case.moved', subject: left.location.split('/').pop() }, ['LOCAL-HN-15']);
  await t.until('the duty is done', () => whole(t, owed).state === 'done');
  check((await t.state('LOCAL-HN-15')) === 'met', `the clause is ${await t.state('LOCAL-HN-15')}`);
});

tag('id-lifecycle', 'violation', 'signing in after leaving: denied, and an incident that somebody owes a look', { fresh: true }, async (t) => {
  const manager = await hand(t, 'tanaka');
  await t.terminal('ueda');
  check((await leave(t, manager, 'ueda')).status === 303, 'he does not leave');
  const before = (await t.get('tanaka', '/cases?kind=incident')).items.length;
  const first = await attempt(t, 'ueda', 'Shiosai-Tags-2026');
  check(first.status === 403, `he is in: ${first.status} ${first.location}`);
  await t.entry({ kind: 'signin.refused', subject: await t.person('ueda') });
  const cases = (await t.get('tanaka', '/cases?kind=incident')).items;
  check(cases.length === before + 1 && cases.some((c) => c.name.includes('離れた人')), `no incident: ${JSON.stringify(cases).slice(0, 500)}`);
  await t.until('a look is owed', () => duties(t, 'LOCAL-HN-16')[0]);
  await attempt(t, 'ueda', 'Shiosai-Tags-2026');
  check((await t.get('tanaka', '/cases?kind=incident')).items.length === before + 1, 'each try is an incident of its own');
  const wrong = await attempt(t, 'aoki', 'Machigai-2026-04');
  check(wrong.status === 403 && (await t.get('tanaka', '/cases?kind=incident')).items.length === before + 1, 'a wrong password is an incident');
  t.shows('left-signs-in');
});

tag('id-lifecycle', 'violation', 'nobody leaves by another\'s hand who may not say so, nor by the personnel file twice', { fresh: true }, async (t) => {
  const staff = await t.api('aoki', 'POST', `/people/${await t.person('ueda')}/leaving`, { reason: '退職' });
  check([403, 404].includes(staff.status), `told by staff: ${staff.status}`);
  const empty = await t.api('tanaka', 'POST', `/people/${await t.person('ueda')}/leaving`, { reason: '' });
  check(empty.status === 422 || empty.status === 400, `without a reason: ${empty.status}`);
  const manager = await hand(t, 'tanaka'), page = `/organisation/people/${await t.person('ueda')}`;
  const shown = await manager.send(page, `${page}/leaving`, { reason: '' });
  check(shown.status === 400 && shown.text.includes('id="leave-reason-e"'), `the page does not say what is missing: ${shown.status}`);
  const file = `${t.folder}/ido.csv`;
  fs.writeFileSync(file, '種別,職員番号\n退職,ueda\n');
  const loaded = t.cli('transfer', 'load', file, '--on', '2026-04-02');
  check(loaded.status === 0, `the file is not taken: ${loaded.stdout}${loaded.stderr}`);
  t.day('2026-04-02');
  const me = await t.person('ueda');
  await t.until('he has left', async () => (await t.get('hayashi', '/people')).items.some((p) => p.id === me && !p.active));
  await t.entry({ kind: 'office.person.left', subject: me });
  const cases = (await t.get('tanaka', '/cases?kind=leaving')).items;
  check(cases.length === 1 && cases[0].section === 'tax', `no case of it: ${JSON.stringify(cases).slice(0, 400)}`);
});

// The other bodies' texts ask the same of who leaves, or their offices chose to.
for (const [body, settled, tried] of [['annaka', 'BASE-5.1.4', 'BASE-5.1.5'], ['fukushima', 'LOCAL-FS-13', 'LOCAL-FS-14']])
  tag('id-lifecycle', 'violation', `${body}: what a leaver holds keeps his case open, and his id's later use is an incident`, { fresh: true, body }, async (t) => {
    const manager = await hand(t, 'tanaka'), me = await t.person('ueda');
    const section = (await t.get('hayashi', '/people')).items.find((p) => p.id === me).section;
    await row(t, 'hayashi', 'account', '業務システムのID', { person: me, shared: 'no', enabled: 'yes' }, { section });
    await t.terminal('ueda');
    const left = await leave(t, manager, 'ueda');
    check(left.status === 303 && left.location.startsWith('/case/'), `${left.status} ${left.location} ${left.said.slice(0, 500)}`);
    const owed = await t.until('its end is owed', () => duties(t, settled).find((d) => d.label === '離職の手続の完了'));
    check(owed.state === '未了', `owed as ${owed.state}`);
    const early = await manager.move(left.location, 'leaving.settle');
    check(early.status === 409 || early.status === 400, `settled with things open: ${early.status}`);
    await t.entry({ kind: 'case.refused', subject: left.location.split('/').pop() }, [settled]);
    const tries = await attempt(t, 'ueda', 'Shiosai-Tags-2026');
    check(tries.status === 403, `he is in: ${tries.status}`);
    check((await t.get('tanaka', '/cases?kind=incident')).items.some((c) => c.name.includes('離れた人')), 'no incident of it');
    await t.until('a look is owed', () => duties(t, tried)[0]);
    await attempt(t, 'ueda', 'Shiosai-Tags-2026');
    check((await t.get('tanaka', '/cases?kind=incident')).items.length === 1, 'each try is an incident of its own');
  });
