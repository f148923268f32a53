// The demo city with its real programs: started, and its people's sign-ins read
// from what `sekisho demo` prints.
'use strict';
const { spawn } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const net = require('net');

// An address that nobody uses now, so that several runs live side by side: below the ports
// that the kernel hands to whoever connects, or one of those takes it before it is used.
function free() {
  const port = 12000 + Math.floor(Math.random() * 20000);
  return new Promise((ok) => {
    const server = net.createServer().on('error', () => ok(free())).listen(port, '127.0.0.1', () =>
      server.close(() => ok(`127.0.0.1:${port}`)));
  });
}

async function start(build, folder) {
  const [outer, inner] = [await free(), await free()];
  fs.rmSync(folder, { recursive: true, force: true });
  const city = spawn(`${build}/bin/sekisho`, ['demo', folder], { stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, SEKISHO_OUTER: outer, SEKISHO_INNER: inner } });
  const people = {};
  let text = '';
  return new Promise((ok, no) => {
    city.on('exit', (code) => no(new Error(`sekisho demo ended with ${code}\n${text.slice(-2000)}`)));
    city.stdout.on('data', (data) => {
      text += data;
      if (!text.includes(`LGWAN側           http://${inner}/`)) return;
      for (const m of text.matchAll(/^(\S+ \S+)  (\S+)  (\S+)  (\S+)/gm))
        people[m[2]] = { name: m[1], login: m[2], password: m[3], secret: /^[A-Z2-7]{16,}$/.test(m[4]) ? m[4] : '', step: 0 };
      ok({ outer, inner, people, folder, process: city, offset_ms: 0,
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

// Each code is good once and only forwards; the step after now is taken too.  The
// city's clock is put on rather than waited for.
function code(city, person) {
  const step_ms = 30000, now = () => Math.floor((Date.now() + city.offset_ms) / step_ms);
  const step = Math.max(now(), person.step + 1);
  if (step > now() + 1) {
    city.offset_ms += (step - now() - 1) * step_ms;
    fs.writeFileSync(`${city.folder}/clock.new`, String(city.offset_ms));
    fs.renameSync(`${city.folder}/clock.new`, `${city.folder}/clock.offset`);
  }
  person.step = step;
  return totp(person.secret, step);
}

module.exports = { start, code, free };
