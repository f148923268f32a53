// The demo city with its real programs: started, and its people's sign-ins read
// from what `sekisho demo` prints.
'use strict';
const { spawn } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');

function start(build, folder) {
  fs.rmSync(folder, { recursive: true, force: true });
  const city = spawn(`${build}/bin/sekisho`, ['demo', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const people = {};
  let text = '';
  return new Promise((ok, no) => {
    city.on('exit', (code) => no(new Error(`sekisho demo ended with ${code}\n${text.slice(-2000)}`)));
    city.stdout.on('data', (data) => {
      text += data;
      const outer = text.match(/インターネット側\s+http:\/\/(\S+?)\//), inner = text.match(/LGWAN側\s+http:\/\/(\S+?)\//);
      if (!outer || !inner) return;
      for (const m of text.matchAll(/^(\S+ \S+)  (\S+)  (\S+)  (\S+)/gm))
        people[m[2]] = { name: m[1], login: m[2], password: m[3], secret: /^[A-Z2-7]{16,}$/.test(m[4]) ? m[4] : '', step: 0 };
      ok({ outer: outer[1], inner: inner[1], people, folder, process: city,
        end: () => new Promise((done) => { city.removeAllListeners('exit'); city.on('exit', done); city.kill('SIGINT'); }) });
    });
  });
}

function totp(secret, step) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/\s/g, '')].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = crypto.createHmac('sha1', key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

// Each code is good once and only forwards; the step after now is taken too.
async function code(person) {
  for (;;) {
    const now = Math.floor(Date.now() / 30000), step = Math.max(now, person.step + 1);
    if (step <= now + 1) {
      person.step = step;
      return totp(person.secret, step);
    }
    await new Promise((done) => setTimeout(done, 500));
  }
}

module.exports = { start, code };
