// A terminal without a browser: cookies, forms with their one-time tokens, and
// what no browser would send.
'use strict';
const http = require('http');
const cityOf = require('./city.js');

class Terminal { // a browser's cookies, and nothing else of it
  constructor(host) { Object.assign(this, { host, cookies: {} }); }
  send(method, to, headers, write) {
    const [hostname, port] = this.host.split(':');
    const cookie = Object.entries(this.cookies).map(([k, v]) => `${k}=${v}`).join('; ');
    return new Promise((ok, no) => {
      const rq = http.request({ hostname, port, method, path: to, headers: { cookie, origin: `http://${this.host}`, ...headers } }, (re) => {
        for (const line of re.headers['set-cookie'] || []) {
          const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
          this.cookies[name] = value;
        }
        let text = '', bytes = 0;
        re.on('data', (d) => { bytes += d.length; if (bytes < 1 << 20) text += d; });
        re.on('end', () => ok({ status: re.statusCode, location: re.headers.location, text, bytes }));
      });
      rq.on('error', no);
      if (write) write(rq);
      else rq.end();
    });
  }
  get(to, headers = {}) { return this.send('GET', to, headers); }
  post(to, fields, headers = {}) {
    const body = new URLSearchParams(fields).toString();
    return this.send('POST', to, { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length, ...headers }, (rq) => rq.end(body));
  }
  async form(to) { // the one-time token of the form on a page that posts there
    const page = await this.get(to);
    const at = page.text.indexOf(`action="${to}"`);
    return page.text.slice(at).match(/name="form" value="([^"]+)"/)[1];
  }
  async signIn(city, person) {
    await this.post('/signin', { form: await this.form('/signin'), login: person.login, password: person.password });
    await this.post('/signin/code', { form: await this.form('/signin/code'), code: cityOf.code(city, person) });
    if ((await this.get('/')).status !== 200) throw new Error(`${person.login} is not signed in`);
  }
  // block is sent again and again until size bytes are gone
  async upload(to, fields, name, size, block) {
    const line = 'aonami-boundary', part = (head, value) => `--${line}\r\nContent-Disposition: form-data; name="${head}"\r\n\r\n${value}\r\n`;
    const before = Object.entries(fields).map(([k, v]) => part(k, v)).join('') +
      `--${line}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
    const after = `\r\n--${line}--\r\n`;
    const length = Buffer.byteLength(before) + size + after.length;
    return this.send('POST', to, { 'content-type': `multipart/form-data; boundary=${line}`, 'content-length': length }, async (rq) => {
      rq.write(before);
      for (let left = size; left > 0; left -= block.length)
        if (!rq.write(block)) await new Promise((done) => rq.once('drain', done));
      rq.end(after);
    });
  }
}

module.exports = { Terminal };
