// The mail server asks before it lets a mail go on, and tells what it sees: sizes,
// relaying, floods, recipients, what is attached.
'use strict';
const { tag, check, brief } = require('./kit.js');

const MiB = 1024 * 1024;
// the mail server's key is of the section that runs it; the mail is somebody's
const ask = (t, act, facts, more = {}) => t.post('mori', '/acts', { act, facts, ...more });
const plain = { 'object.contents': '0', 'object.attachments': 'no', 'object.importance': 'C' };
const small = { ...plain, 'object.bytes': '2000' };
const inside = { ...plain, to_outside: 'no', many_outside: 'no', visible_recipients: '1', scanned: 'yes' };
const outside = { ...plain, 'object.bytes': '2000', to_outside: 'yes', many_outside: 'no', visible_recipients: '1', scanned: 'yes', secrecy_needed: 'no' };

async function passed(t, told, kind, ...clauses) {
  check(told.verdict === 'pass', brief(told));
  const entry = await t.entry(told.entry, clauses);
  check(entry.kind === kind, `entry ${entry.kind}`);
  return entry;
}
async function stopped(t, told, clause) {
  check(told.verdict === 'refuse' && told.clause === clause && /[ぁ-ん]/.test(told.sentence), `${clause}: ${brief(told)}`);
  const entry = await t.entry(told.entry, [clause]);
  check(/refused$/.test(entry.kind) && entry.data.done === undefined, `a refused act was done: ${brief(entry)}`);
  return entry;
}
async function held(t, told, clause) {
  check(told.verdict === 'hold' && told.sentence !== '' && (!clause || told.clause === clause), `${clause}: ${brief(told)}`);
  const entry = await t.entry(told.entry);
  check(entry.kind === 'act.held' && entry.clauses.length === 0, `what is held proves nothing: ${brief(entry)}`);
}
const row = (t, login, kind, name, cells) => t.post(login, `/registers/${kind}/rows`, { name, cells });

// ---- mail-quota

tag('mail-quota', 'way', 'a mail exactly at the limit goes in and out', async (t) => {
  const sender = await t.person('aoki');
  const out = await t.changes('HN-2.6.1(12)-3', 'unproven', 'enforced', () =>
    ask(t, 'send', { ...inside, 'object.bytes': `${20 * MiB}` }, { actor: sender, reference: 'mail/4F2A' }));
  const entry = await passed(t, out, 'gate.passed', 'HN-2.6.1(12)-3');
  check(entry.data.reference === 'mail/4F2A' && entry.data.facts.actor === sender, brief(entry));
  await passed(t, await ask(t, 'receive_mail', { ...plain, 'object.bytes': `${20 * MiB}`, scanned: 'yes' }), 'gate.passed', 'HN-2.6.1(12)-3');
  t.shows('at-limit');
});
tag('mail-quota', 'violation', 'a byte more is refused in both directions; a full mailbox is told by the published rule', async (t) => {
  await stopped(t, await ask(t, 'send', { ...inside, 'object.bytes': `${20 * MiB + 1}` }), 'HN-2.6.1(12)-3');
  await stopped(t, await ask(t, 'receive_mail', { ...plain, 'object.bytes': `${20 * MiB + 1}`, scanned: 'yes' }), 'HN-2.6.1(12)-3');
  const full = await ask(t, 'mailbox_full', {}, { object: await t.person('aoki') });
  check(full.due.some((d) => d.task === 'tell_limits' && d.clause === 'HN-2.6.1(12)-4/2'), brief(full));
  const duty = (await t.get('sato', '/duties?clause=HN-2.6.1(12)-4/2')).items[0];
  check(duty && duty.task === 'tell_limits', `no duty to tell: ${brief(duty)}`);
  t.shows('over-limit');
});

// ---- mail-relay

tag('mail-relay', 'way', 'an authenticated user relays', async (t) => {
  const told = await t.changes('HN-2.6.1(12)-1', 'unproven', 'enforced', () => ask(t, 'relay_mail', { authenticated: 'yes' }, { reference: 'smtp/198.51.100.7' }));
  await passed(t, told, 'gate.passed', 'HN-2.6.1(12)-1');
});
tag('mail-relay', 'violation', 'strangers are refused with their address; the percent hack and source routes alike; repeated it is an attack', async (t) => {
  for (const trick of ['smtp/203.0.113.9', 'smtp/203.0.113.9:a/b@city.example', 'smtp/203.0.113.9:@a.example:u@b.example', 'smtp/203.0.113.9:<>']) {
    const entry = await stopped(t, await ask(t, 'relay_mail', { authenticated: 'no' }, { reference: trick }), 'HN-2.6.1(12)-1');
    check(entry.data.reference === trick, `the peer's address is not kept: ${brief(entry)}`);
  }
  await held(t, await ask(t, 'relay_mail', {}, { reference: 'smtp/203.0.113.9' }), 'HN-2.6.1(12)-1');
  const server = await row(t, 'mori', 'system', '庁内メール', { section: 'digital', for_outsiders: 'no' });
  const attack = await ask(t, 'attacked', { criminal: 'yes' }, { object: server.id, reference: 'smtp/203.0.113.9' });
  check(attack.case !== '' && attack.clauses.includes('HN-2.6.5(3)/1') && attack.records.length === 1, `no attack: ${brief(attack)}`);
  t.shows('relay-refused', 'relay-tricks', 'relay-repeated');
});

// ---- mail-use

tag('mail-use', 'way', 'one recipient outside, and many who do not see each other', async (t) => {
  const told = await t.changes('HN-2.5.1(1)-8b', ['unproven', 'enforced'], 'enforced', () => ask(t, 'send', outside));
  await passed(t, told, 'gate.passed', 'HN-2.5.1(1)-8b');
});
tag('mail-use', 'violation', 'many who see each other wait for a reason; a mis-sent mail of weight is reported', async (t) => {
  const many = await ask(t, 'send', { ...outside, many_outside: 'yes', visible_recipients: '12' });
  check(many.verdict !== 'pass', brief(many));
  const missent = await t.post('aoki', '/acts', { act: 'misdirected', facts: { 'object.important': 'yes' } });
  check(missent.due.length > 0, `nobody has to report: ${brief(missent)}`);
  check((await t.get('aoki', `/duties?clause=${encodeURIComponent(missent.due[0].clause)}`)).items.length > 0, 'no duty for who mis-sent it');
  t.shows('visible-recipients');
});

// ---- spam-burst-stop

tag('spam-burst-stop', 'way', 'a flood stops the server, opens one incident; the responsible officer starts it again', async (t) => {
  const server = await row(t, 'mori', 'mail_system', '庁内メールサーバ', { section: 'digital' });
  const tell = (mails) => ask(t, 'mail_flood', { inbound: 'yes', outbound: 'no', mails }, { object: server.id });
  const stands = async () => (await t.get('mori', `/registers/mail_system/rows/${server.id}`)).cells.stopped || '';
  const few = await tell('999');
  check(few.case === '' && few.due.length === 0 && await stands() === '', `below the threshold: ${brief(few)}`);
  const flood = await tell('1000');
  const entry = await t.entry(flood.entry, ['HN-2.6.1(12)-2']);
  check(entry.kind === 'event.told' && flood.due.some((d) => d.task === 'stop_mail'), brief(flood));
  check(await stands() === 'yes', 'the server is not stopped');
  const incident = await t.get('mori', `/cases/${flood.case}`);
  check(incident.kind === 'incident' && incident.incomplete && incident.name.includes('庁内メールサーバ'), brief(incident));
  check((await tell('1500')).case === flood.case, 'the same flood is two incidents');
  const duty = (await t.get('sato', '/duties?clause=HN-2.6.1(12)-2')).items[0];
  check(duty.task === 'stop_mail', `not told: ${brief(duty)}`);
  await t.changes('HN-2.6.1(12)-2', ['unproven', 'overdue', 'met', 'enforced'], ['met', 'enforced'], async () => {
    for (const d of (await t.get('sato', '/duties?clause=HN-2.6.1(12)-2')).items)
      await t.post('sato', `/duties/${d.id}/settlement`, { as: 'done', note: '止まったことを確かめました', evidence: [`entry:${flood.entry}`] });
    return t.post('sato', '/acts', { act: 'restart_mail', object: server.id });
  });
  check(await stands() === 'no', 'not started again');
  const restarted = await t.entry({ kind: 'gate.passed', subject: server.id }, ['HN-2.6.1(12)-2']);
  check(restarted.data.done === 'restart_mail' && restarted.actor === await t.person('sato'), brief(restarted));
  t.shows('below-threshold');
});
tag('spam-burst-stop', 'violation', 'neither the server by itself nor somebody else starts it again', async (t) => {
  const server = await row(t, 'mori', 'mail_system', '副メールサーバ', { section: 'digital' });
  await ask(t, 'mail_flood', { inbound: 'no', outbound: 'yes', mails: '5000' }, { object: server.id });
  for (const who of ['mori', 'aoki']) {
    const told = await t.post(who, '/acts', { act: 'restart_mail', object: server.id });
    check(told.verdict !== 'pass' && told.sentence !== '', brief(told));
    check(/^(gate|act)\.(refused|held)$/.test((await t.entry(told.entry)).kind), 'the attempt is not kept');
  }
  check((await t.get('mori', `/registers/mail_system/rows/${server.id}`)).cells.stopped === 'yes', 'it runs');
  t.shows('restart-refused');
});
tag('spam-burst-stop', 'violation', 'Fukushima stops for what is sent from inside, not for what comes', { body: 'fukushima' }, async (t) => {
  const server = await row(t, 'mori', 'mail_system', '県庁メール', { section: 'digital' });
  const tell = (inbound, outbound) => ask(t, 'mail_flood', { inbound, outbound, mails: '9000' }, { object: server.id });
  const into = await tell('yes', 'no');
  check(into.due.length === 0 && into.case === '', `stopped for mail that came: ${brief(into)}`);
  const out = await tell('no', 'yes');
  check(out.clauses.includes('FS-7.4(1)-e') && out.case !== '', brief(out));
});

// ---- sanitise-mail

tag('sanitise-mail', 'way', 'the body as text alone is delivered to the LGWAN side', async (t) => {
  const told = await t.changes('HN-2.3(2)-1a', ['unproven', 'enforced'], 'enforced', () =>
    ask(t, 'deliver_mail', { ...small, text_only: 'yes', scanned: 'yes' }, { reference: 'mail/77' }));
  await passed(t, told, 'gate.passed', 'HN-2.3(2)-1a', 'HN-2.6.4(1)-1');
});
tag('sanitise-mail', 'violation', 'a raw mail is refused; one that could not be read is held, never forwarded', async (t) => {
  await stopped(t, await ask(t, 'deliver_mail', { ...small, text_only: 'no', scanned: 'yes' }), 'HN-2.3(2)-1a');
  await held(t, await ask(t, 'deliver_mail', { ...small, scanned: 'yes' }), 'HN-2.3(2)-1a');
});

tag('sanitise-mail', 'violation', 'a mail over the limit is not delivered inside, whole or as text, and that is kept', async (t) => {
  const at = { ...plain, text_only: 'yes', scanned: 'yes' };
  const said = await ask(t, 'deliver_mail', { ...at, 'object.bytes': `${20 * MiB + 1}` }, { reference: 'mail/78' });
  const entry = await stopped(t, said, 'HN-2.6.1(12)-3');
  check(entry.data.reference === 'mail/78' && said.sentence.includes('大きさ'), brief([entry, said.sentence]));
  await passed(t, await ask(t, 'deliver_mail', { ...at, 'object.bytes': `${20 * MiB}` }), 'gate.passed', 'HN-2.6.1(12)-3');
  await held(t, await ask(t, 'deliver_mail', at), 'HN-2.6.1(12)-3');
  t.shows('oversized');
});

// ---- malware-gateway

tag('malware-gateway', 'way', 'what was scanned goes in and out', async (t) => {
  const into = await t.changes('HN-2.6.4(1)-1', ['unproven', 'enforced'], 'enforced', () =>
    ask(t, 'receive_mail', { ...plain, 'object.attachments': 'yes', 'object.bytes': '2000', scanned: 'yes' }));
  await passed(t, into, 'gate.passed', 'HN-2.6.4(1)-1', 'HN-2.6.4(3)-4');
  await passed(t, await ask(t, 'send', { ...outside, 'object.attachments': 'yes' }), 'gate.passed', 'HN-2.6.4(1)-2', 'HN-2.6.4(3)-4');
});
tag('malware-gateway', 'violation', 'infected is stopped both ways, a scanner that is down holds; the machine it came from is found', async (t) => {
  await stopped(t, await ask(t, 'receive_mail', { ...plain, 'object.attachments': 'yes', 'object.bytes': '2000', scanned: 'no' },
    { reference: 'sha256:9f86d081884c7d65' }), 'HN-2.6.4(1)-1');
  const out = await ask(t, 'send', { ...outside, 'object.attachments': 'yes', scanned: 'no' });
  await stopped(t, out, 'HN-2.6.4(1)-2');
  const { scanned, ...unknown } = outside;
  await held(t, await ask(t, 'send', unknown), 'HN-2.6.4(1)-2');
  const host = await row(t, 'aoki', 'host', '税務の端末', { section: 'tax', form: 'pc', resident: 'yes' });
  const infected = await ask(t, 'infection', { suspected: 'yes' }, { object: host.id, actor: await t.person('aoki') });
  check(infected.case !== '' && infected.due.some((d) => d.task === 'unplug'), brief(infected));
  check((await t.get('aoki', '/duties?clause=HN-2.6.4(3)-6a')).items.some((d) => d.object === host.id || d.task === 'unplug'), 'who works there is not told to unplug it');
  t.shows('infected', 'source-machine');
});
