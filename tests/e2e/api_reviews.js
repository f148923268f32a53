// The API's self-inspections, findings and audits, and the switches of the file gate: the
// way from questions to what is put right, who sees what, pages, keys, refusals.
'use strict';
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { Terminal } = require('./terminal.js');

// it = { client, raw, token, check, day }
async function reviews(it, all) {
  const { check, raw } = it;
  const keys = Object.fromEntries(['sato', 'tanaka', 'kimura', 'aoki', 'ueda', 'hayashi'].map((l) => [l, it.token(l, all).text]));
  const [supervisor, manager, other, staff] = [await it.client(keys.sato), await it.client(keys.tanaka), await it.client(keys.kimura), await it.client(keys.aoki)];
  const asked = ['HN-2.5.3(1)-1', 'HN-2.9(3)-1'];
  const problem = async (want, who, method, to, body, field, word) => {
    const r = await raw(method, to, keys[who], body === undefined ? {} : { body: JSON.stringify(body) });
    check(r.status === want && r.type.startsWith('application/problem+json') && /[\u3041-\u3093]/.test(r.data.detail) &&
      (!field || (r.data.errors || []).some((e) => e.field === field)) && (!word || r.data.clause === word),
      `${who} ${method} ${to}: ${r.status} ${JSON.stringify(r.data).slice(0, 300)} instead of ${want} ${field || ''} ${word || ''}`);
  };

  const questions = (await staff('listInspectionQuestions')).items;
  check(questions.length > 100 && questions.find((q) => q.clause === asked[1]).posts.join() === 'manager', 'the questions do not say who is asked');
  const wish = { title: '令和8年度の自己点検', deadline: it.day(14), clauses: asked, sections: ['tax', 'care'] };
  await problem(403, 'aoki', 'POST', '/inspections', wish, '', 'LOCAL-HN-10');
  await problem(422, 'sato', 'POST', '/inspections', { ...wish, deadline: it.day(-3) }, 'deadline');
  await problem(422, 'sato', 'POST', '/inspections', { ...wish, clauses: ['HN-2.9(1)-4'] }, 'clauses');
  await problem(422, 'sato', 'POST', '/inspections', { ...wish, title: '' }, 'title');
  await problem(422, 'sato', 'POST', '/inspections', { ...wish, deadline: 'tomorrow' }, 'deadline');
  const key = { headers: { 'Idempotency-Key': 'inspection-8' } };
  const begun = await supervisor('beginInspection', null, wish, key);
  check((await supervisor('beginInspection', null, wish, key)).id === begun.id, 'the same key began two');
  const id = begun.id;
  check(begun.questions.length === 2 && begun.asked > 3 && begun.closed === '', `begun: ${JSON.stringify(begun)}`);
  const second = await supervisor('beginInspection', null, { ...wish, title: '追加の点検' });
  const page = await supervisor('listInspections', { limit: 1 });
  check(page.items[0].id === second.id && page.next !== '', 'the newest does not stand first');
  check((await supervisor('listInspections', { limit: 1, before: Number(page.next) })).items[0].id === id, 'the next page is another');
  await problem(404, 'sato', 'GET', '/inspections/nothing');
  await staff('getInspection', { id });

  const me = await staff('getMe'), head = await manager('getMe');
  check((await staff('listInspectionSheets', { id })).items.map((s) => s.person).join() === me.id, 'somebody sees the sheets of others');
  await problem(404, 'aoki', 'GET', `/inspections/${id}/sheets?section=tax`);
  await problem(404, 'aoki', 'GET', `/inspections/${id}/sheets/${head.id}`);
  await problem(404, 'kimura', 'GET', `/inspections/${id}/sheets/${me.id}`);
  const first = await supervisor('listInspectionSheets', { id, limit: 2 });
  const next = await supervisor('listInspectionSheets', { id, limit: 2, after: first.next });
  check(first.next && new Set([...first.items, ...next.items].map((s) => s.person)).size === 2 + next.items.length, 'sheets are not paged');
  const answers = (first_, remark = '') => ({ answers: [{ clause: asked[0], answer: first_, remark }] });
  await problem(422, 'aoki', 'POST', `/inspections/${id}/sheets/${me.id}/answers`, answers('no'), asked[0]);
  await problem(422, 'aoki', 'POST', `/inspections/${id}/sheets/${me.id}/answers`, answers('perhaps'), asked[0]);
  await problem(422, 'aoki', 'POST', `/inspections/${id}/sheets/${me.id}/answers`, { answers: [{ clause: asked[1], answer: 'yes' }] }, asked[1]);
  await problem(403, 'kimura', 'POST', `/inspections/${id}/sheets/${me.id}/answers`, answers('yes'));
  const said = await staff('answerInspection', { id, person: me.id }, answers('no', '連絡先を知らない'));
  check(said.noes === 1 && said.answers[0].remark === '連絡先を知らない', `answered: ${JSON.stringify(said)}`);
  await manager('answerInspection', { id, person: head.id }, { answers: [...answers('yes').answers, { clause: asked[1], answer: 'yes' }] });
  check((await manager('listInspectionSheets', { id, section: 'tax', unanswered: true })).items.every((s) => s.answered === ''), 'those who answered are listed as silent');
  check((await staff('getInspectionSheet', { id, person: me.id })).answers.length === 1, 'his own sheet is not shown');

  await problem(409, 'tanaka', 'POST', `/inspections/${id}/sections/tax/report`, {});
  await problem(403, 'kimura', 'POST', `/inspections/${id}/sections/tax/report`, { reason: 'x' });
  const reported = await manager('reportInspection', { id, section: 'tax' }, { reason: '育休の一人を除く' });
  check(reported.case !== '' && reported.no === 1, `reported: ${JSON.stringify(reported)}`);
  await problem(409, 'tanaka', 'POST', `/inspections/${id}/sections/tax/report`, { reason: 'again' });
  const verdict = { words: '連絡網を席に置くこと', clauses: [asked[0]], deadline: it.day(60) };
  await problem(403, 'tanaka', 'POST', `/inspections/${id}/sections/tax/evaluation`, verdict, '', 'LOCAL-HN-10');
  await problem(422, 'sato', 'POST', `/inspections/${id}/sections/tax/evaluation`, { ...verdict, words: '' }, 'words');
  await problem(422, 'sato', 'POST', `/inspections/${id}/sections/tax/evaluation`, { ...verdict, deadline: undefined }, 'deadline');
  await problem(409, 'sato', 'POST', `/inspections/${id}/ending`, {});
  check((await supervisor('evaluateInspection', { id, section: 'tax' }, verdict)).evaluated !== '', 'not evaluated');
  await problem(409, 'aoki', 'POST', `/inspections/${id}/sheets/${me.id}/answers`, answers('yes'));
  check((await supervisor('listInspectionSections', { id })).items.length === 2, 'sections are missing');
  check((await manager('listInspectionSections', { id })).items.map((s) => s.section).join() === 'tax', 'the manager sees another section');
  check((await manager('listInspectionResults', { id, section: 'tax' })).items[0].no === 1, 'the answers are not counted');
  await problem(404, 'tanaka', 'GET', `/inspections/${id}/results`);
  const findings = (await manager('listFindings')).items;
  check(findings.length === 1 && findings[0].clause === asked[0] && findings[0].deadline === it.day(60) && findings[0].owners.join() === head.id &&
    findings[0].inspection === reported.case && !findings[0].late, `findings: ${JSON.stringify(findings)}`);
  check((await other('listFindings')).items.length === 0, 'another section\'s findings are seen');
  await problem(404, 'kimura', 'GET', '/findings?section=tax');
  check((await supervisor('listFindings', { case: reported.case, limit: 1 })).items.length === 1, 'not found by its inspection');
  check((await supervisor('endInspection', { id }, {})).closed !== '', 'not ended');

  const plan = { name: '税務課の監査', section: 'tax', auditor: (await other('getMe')).id, from: it.day(30), to: it.day(31), topics: '持出しの記録' };
  await problem(403, 'sato', 'POST', '/audits', { ...plan, auditor: head.id }, '', 'HN-2.1(3)-2');
  await problem(422, 'sato', 'POST', '/audits', { ...plan, to: it.day(29) }, 'to');
  await problem(403, 'aoki', 'POST', '/audits', plan);
  const audit = await supervisor('planAudit', null, plan);
  check(audit.kind === 'audit' && audit.step === 'planned' && audit.cells.topics === '持出しの記録', `planned: ${JSON.stringify(audit).slice(0, 300)}`);
}

async function switches(it, all) {
  const { check, raw } = it;
  const keys = Object.fromEntries(['sato', 'hayashi', 'aoki', 'mori'].map((l) => [l, it.token(l, all).text]));
  const [supervisor] = [await it.client(keys.sato)];
  const of = async (query, content) => (await supervisor('getTreatments', query)).treatments.find((t) => t.content === content);
  const before = await of({}, 'vba');
  check(before.treatment === 'sanitise' && !before.set && before.offered.includes('refuse') && !before.offered.includes('allow'), JSON.stringify(before));
  const set = await supervisor('setSwitch', null, { content: 'vba', treatment: 'refuse', section: 'tax' }, { headers: { 'Idempotency-Key': 'switch-1' } });
  check(set.section === 'tax' && set.clause === 'LOCAL-HN-5', `set: ${JSON.stringify(set)}`);
  check((await of({ section: 'tax' }, 'vba')).treatment === 'refuse' && (await of({ section: 'care' }, 'vba')).treatment === 'sanitise', 'a setting of one section reaches another');
  await supervisor('setSwitch', null, { content: 'program', treatment: 'refuse', direction: 'inward', zone: 'internet', class: 'importance=A' });
  check((await of({ direction: 'inward', class: 'importance=A' }, 'vba')).treatment === 'refuse' && (await of({ direction: 'inward', class: 'importance=C' }, 'vba')).treatment === 'sanitise', 'a setting of one class reaches another');
  check((await supervisor('listSwitches')).items.length === 2, 'the settings are not listed');
  check((await supervisor('setSwitch', null, { content: 'vba', treatment: 'default', section: 'tax' })).treatment === 'default', 'not taken away');
  check((await of({ section: 'tax', class: 'importance=C' }, 'vba')).treatment === 'sanitise', 'it stands still');
  const problem = async (want, who, body, field) => {
    const r = await raw('POST', '/switches', keys[who], { body: JSON.stringify(body) });
    check(r.status === want && r.type.startsWith('application/problem+json') && (!field || r.data.errors[0].field === field), `${who} ${JSON.stringify(body)}: ${r.status} ${JSON.stringify(r.data)}`);
  };
  await problem(404, 'aoki', { content: 'vba', treatment: 'refuse' });
  await problem(422, 'sato', { content: 'vba', treatment: 'allow' }, 'treatment');
  await problem(422, 'sato', { content: 'nothing', treatment: 'refuse' }, 'item');
  await problem(422, 'sato', { content: 'vba', treatment: 'refuse', class: 'importance=Z' }, 'class');
  await problem(422, 'sato', { content: 'vba', treatment: 'refuse', section: 'nowhere' }, 'section');
  await problem(422, 'sato', { content: 'vba', treatment: '' }, 'treatment');
  check((await raw('GET', '/switches', keys.aoki)).status === 404, 'everybody sees the settings');
  check((await raw('GET', '/switches/effective?direction=up', keys.sato)).status === 422, 'a direction that is none');
}

// A mail signed with OpenSSL's command is carried in; what its signature said stands beside the file.
async function signatures(it, all) {
  const { check, city } = it;
  const work = fs.mkdtempSync(path.join(os.tmpdir(), 'sekisho-signed-'));
  const openssl = (...words) => {
    const said = spawnSync('openssl', words, { cwd: work, encoding: 'utf8' });
    if (said.status !== 0) throw new Error(`openssl ${words[0]}: ${said.stderr}`);
  };
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '3650', '-subj', '/O=Kencho/CN=Taro Kencho');
  fs.writeFileSync(`${work}/body.txt`, 'Content-Type: text/plain; charset=us-ascii\n\nThe survey is enclosed.\n');
  openssl('smime', '-sign', '-in', 'body.txt', '-signer', 'cert.pem', '-inkey', 'key.pem', '-from', 'a@pref.example', '-to', 'b@aonami.example',
    '-subject', 'survey', '-out', 'signed.eml');
  const mail = fs.readFileSync(`${work}/signed.eml`);
  fs.rmSync(work, { recursive: true });
  const outer = new Terminal(city.outer);
  await outer.signIn(city, city.people.ueda);
  const sent = await outer.upload('/send', { form: await outer.form('/send'), purpose: '届いた調査', importance: 'C', partner: '県', receiver: '', act: 'send' },
    '調査.eml', mail.length, mail);
  check(/^\/crossings\//.test(sent.location || ''), `a signed mail is not sent: ${sent.status}`);
  const staff = await it.client(it.token('ueda', all).text);
  let file;
  for (let i = 0; i < 150 && !(file && !['waiting', 'checked'].includes(file.state)); i++) {
    await new Promise((done) => setTimeout(done, 200));
    file = (await staff('getCrossing', { id: sent.location.split('/')[2] })).files[0];
  }
  check(file.state === 'released' && file.signatures.length === 1, `the signed mail: ${JSON.stringify(file).slice(0, 500)}`);
  const [one] = file.signatures;
  check(one.verdict === 'intact' && !one.known_root && one.whole && one.subject.includes('Taro Kencho') && one.signed !== '' && one.sentence.length > 5, JSON.stringify(one));
}

module.exports = { reviews, switches, signatures };
