// Documents of our own for the walk: small, well-formed, made from nothing.
'use strict';
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

// A plain zip: deflated members, UTF-8 names, no surprises (APPNOTE 4.3).
function zip(members) {
  const parts = [], directory = [];
  let at = 0;
  for (const [name, text] of members) {
    const data = Buffer.from(text), packed = zlib.deflateRawSync(data), label = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(0x21 | (45 << 9), 8);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(label.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, label);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, label, packed);
    at += 30 + label.length + packed.length;
  }
  const list = Buffer.concat(directory), end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, list, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const types = (overrides) => `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>${overrides}</Types>`;
const rels = (list) => `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list}</Relationships>`;
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const override = (part, type) => `<Override PartName="${part}" ContentType="${type}"/>`;

function word(text, macro) {
  const main = macro ? 'application/vnd.ms-word.document.macroEnabled.main+xml'
    : 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
  const members = [
    ['[Content_Types].xml', types(override('/word/document.xml', main))],
    ['_rels/.rels', rels(`<Relationship Id="rId1" Type="${office}/officeDocument" Target="word/document.xml"/>`)],
    ['word/document.xml', `${xml}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p><w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>`],
  ];
  if (macro) members.push(
    ['word/_rels/document.xml.rels', rels('<Relationship Id="rId1" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>')],
    ['word/vbaProject.bin', 'Sub AutoOpen()\nEnd Sub\n']);
  return zip(members);
}

function sheet(rows) {
  const s = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const cells = rows.map((row, r) => `<row r="${r + 1}">${row.map((v, c) => `<c r="${'ABC'[c]}${r + 1}" t="inlineStr"><is><t>${v}</t></is></c>`).join('')}</row>`).join('');
  const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return zip([
    ['[Content_Types].xml', types(override('/xl/workbook.xml', `${kind}.sheet.main+xml`) + override('/xl/worksheets/sheet1.xml', `${kind}.worksheet+xml`))],
    ['_rels/.rels', rels(`<Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/>`)],
    ['xl/workbook.xml', `${xml}<workbook xmlns="${s}" xmlns:r="${office}"><sheets><sheet name="抽出" sheetId="1" r:id="rId1"/></sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', rels(`<Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/>`)],
    ['xl/worksheets/sheet1.xml', `${xml}<worksheet xmlns="${s}"><sheetData>${cells}</sheetData></worksheet>`],
  ]);
}

function make(folder) {
  fs.mkdirSync(folder, { recursive: true });
  const files = {
    quote: ['見積書.docx', word('土地評価委託の見積書　金額 1,200,000円')],
    macro: ['様式第3号（固定資産税）.docm', word('固定資産税の様式', true)],
    program: ['添付資料一式.zip', zip([['説明.txt', '説明です。\r\n'], ['setup.exe', 'MZ\x90\x00 not a program']])],
    register: ['固定資産課税台帳（抽出）.xlsx', sheet([['筆', '評価額', '地目'], ['青波1-1', '3200000', '宅地']])],
  };
  for (const key of Object.keys(files)) {
    const at = path.join(folder, files[key][0]);
    fs.writeFileSync(at, files[key][1]);
    files[key] = at;
  }
  return files;
}

module.exports = { make, word, zip };
