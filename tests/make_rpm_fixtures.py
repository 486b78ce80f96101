#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the binary inputs of src/pkg/testdata/rpmdb: small rpm databases of all three kinds,
whole and broken, and the starting inputs of the fuzz targets. Run from the top of the source tree."""
import os
import sqlite3
import struct
import tempfile

OUT = 'src/pkg/testdata/rpmdb'
CORPUS = 'tests/corpus'
INT32, INT64, STRING, BIN, STRING_ARRAY, I18N = 4, 5, 6, 7, 8, 9


def header(entries):
    """entries: (tag, type, value). The layout of rpm's header regions without the region itself."""
    index, store = b'', b''
    for tag, kind, value in sorted(entries, key=lambda e: e[0]):
        if kind == INT32:
            store += b'\0' * (-len(store) % 4)
        if kind == INT64:
            store += b'\0' * (-len(store) % 8)
        at = len(store)
        if kind in (INT32, INT64):
            count = len(value)
            store += b''.join(struct.pack('>I' if kind == INT32 else '>Q', v) for v in value)
        elif kind == BIN:
            count = len(value)
            store += value
        elif kind in (STRING_ARRAY, I18N):
            count = len(value)
            store += b''.join(v.encode() + b'\0' for v in value)
        else:
            count = 1
            store += value.encode() + b'\0'
        index += struct.pack('>IIII', tag, kind, at, count)
    return struct.pack('>II', len(entries), len(store)) + index + store


def signature(key_id, version=4):
    if version == 3:
        body = bytes([3, 5, 0]) + struct.pack('>I', 1) + key_id + bytes([1, 8, 0, 0])
        return bytes([0x88, len(body)]) + body
    sub = bytes([9, 16]) + key_id
    body = bytes([4, 0, 1, 8]) + struct.pack('>H', 0) + struct.pack('>H', len(sub)) + sub + b'\0\0'
    return bytes([0xc2, len(body)]) + body


def package(name, version='1.0', release='1.el9', extra=(), files=('/usr/bin/', ('tool',)), drop=()):
    dirs, bases = [files[0]], list(files[1])
    entries = [(1000, STRING, name), (1001, STRING, version), (1002, STRING, release),
               (1009, INT32, [4096]), (1011, STRING, 'Example Vendor'), (1014, STRING, 'MIT'),
               (1022, STRING, 'x86_64'), (1044, STRING, '%s-src-%s-%s.src.rpm' % (name, version, release)),
               (1116, INT32, [0] * len(bases)), (1117, STRING_ARRAY, bases), (1118, STRING_ARRAY, dirs)]
    entries = [e for e in entries if e[0] not in drop and e[0] not in [x[0] for x in extra]]
    return header(entries + list(extra))


ALL = [
    package('plain'),
    package('epoch', extra=[(1003, INT32, [2]), (5096, STRING, 'tool:3:20240101:abcdef'),
                            (5009, INT64, [1 << 33]),
                            (268, BIN, signature(bytes.fromhex('0123456789abcdef'))),
                            (261, BIN, bytes(range(16)))]),
    package('oldsig', extra=[(267, BIN, signature(bytes.fromhex('fedcba9876543210'), 3))]),
    package('oldfiles', drop=(1116, 1117, 1118), extra=[(1027, STRING_ARRAY, ['/etc/a', '/etc/b'])]),
    package('nosource', drop=(1044, 1011)),
    package('zeroepoch', extra=[(1003, INT32, [0]), (1014, I18N, ['GPL', 'GPL-de'])]),
    package('gpg-pubkey', '8483c65d', '5ccc5b19'),
    package('large', files=('/usr/share/large/', ['file-%04d' % i for i in range(400)])),
]
BROKEN = [
    package('badindex', extra=[(1116, INT32, [7])]),
    package('shortindex', extra=[(1116, INT32, [])]),
    package('norelease', drop=(1002,)),
    package('bad name'),
    ALL[0][:60],
    struct.pack('>II', 1 << 31, 1 << 31),
    b'',
]


class Bdb:
    def __init__(self, big, page=512):
        self.o, self.size, self.pages = '>' if big else '<', page, [None]

    def head(self, n, nxt, entries, used, kind):
        return struct.pack(self.o + 'QIIIHHBB', 0, n, 0, nxt, entries, used, 0, kind)

    def overflow(self, blob):
        room = self.size - 26
        first = len(self.pages)
        parts = [blob[i:i + room] for i in range(0, len(blob), room)]
        for i, part in enumerate(parts):
            nxt = first + i + 1 if i + 1 < len(parts) else 0
            self.pages.append((self.head(first + i, nxt, 1, len(part), 7) + part).ljust(self.size, b'\0'))
        return struct.pack(self.o + 'B3xII', 3, first, len(blob))

    def hash_page(self, items, kind=13):
        n, at, index, body = len(self.pages), self.size, b'', b''
        for item in items:
            at -= len(item)
            index += struct.pack(self.o + 'H', at)
            body = item + body
        page = self.head(n, 0, len(items), at, kind) + index
        self.pages.append(page + b'\0' * (self.size - len(page) - len(body)) + body)

    def add(self, number, blob, inline=False):
        key = b'\1' + struct.pack(self.o + 'I', number)
        self.hash_page([key, b'\1' + blob if inline else self.overflow(blob)])

    def bytes(self):
        meta = struct.pack(self.o + 'QIIIIBBBBI', 0, 0, 0x061561, 9, self.size, 0, 8, 0, 0, 0)
        meta += struct.pack(self.o + 'I', len(self.pages) - 1)
        self.pages[0] = meta.ljust(self.size, b'\0')
        return b''.join(self.pages)


def bdb(big, blobs, page=512):
    db = Bdb(big, page)
    db.hash_page([b'\1\0\0\0\0', b'\1' + struct.pack('<I', len(blobs))], 2)
    for i, blob in enumerate(blobs):
        db.add(i + 1, blob)
    db.hash_page([b'\1' + struct.pack(db.o + 'I', 99), b'\1stale'], 0)  # a freed page
    return db.bytes()


def ndb(blobs, damage=()):
    slots, body, block = b'', b'', 4096 // 16
    for i, blob in enumerate(blobs):
        index = i + 1
        data = b'BlbS' + struct.pack('<III', index, 0, len(blob)) + blob
        data += b'\0' * (-(len(data) + 12) % 16) + struct.pack('<II', 0, len(blob)) + b'BlbE'
        slots += b'Slot' + struct.pack('<III', index + (100 if i in damage else 0), block, len(data) // 16)
        body += data
        block += len(data) // 16
    slots = b'Slot' + bytes(12) + slots
    head = b'RpmP' + struct.pack('<IIII', 0, 1, 1, len(blobs) + 1) + bytes(12)
    free = (4096 - len(head) - len(slots)) // 16
    return head + slots + (b'Slot' + bytes(12)) * free + body


def sqlite(blobs, page=512, name='Packages'):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'rpmdb.sqlite')
        db = sqlite3.connect(path)
        db.execute('PRAGMA page_size=%d' % page)
        db.execute('CREATE TABLE Other(key TEXT, hnum INTEGER)')
        db.execute('CREATE TABLE %s(hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)' % name)
        db.executemany('INSERT INTO %s(blob) VALUES(?)' % name, [(b,) for b in blobs])
        db.commit()
        db.close()
        with open(path, 'rb') as f:
            return f.read()


def cycle_bdb():
    db = Bdb(False)
    item = db.overflow(ALL[7])
    page = bytearray(db.pages[2])
    page[16:20] = struct.pack('<I', 2)  # the second page follows itself
    db.pages[2] = bytes(page)
    db.hash_page([b'\1\1\0\0\0', item])
    db.add(2, ALL[0])
    return db.bytes()


def cycle_sqlite():
    data = bytearray(sqlite([ALL[0]] * 12))
    # The interior page of the table gets itself as its first child.
    for n in range(1, len(data) // 512):
        if data[n * 512] == 5:
            cell = n * 512 + struct.unpack_from('>H', data, n * 512 + 12)[0]
            struct.pack_into('>I', data, cell, n + 1)
            break
    return bytes(data)


def inline_bdb():
    db = Bdb(False, 4096)
    db.add(1, ALL[1], True)
    db.hash_page([b'\1\2\0\0\0', b'\4' + bytes(11)])  # off-page duplicates: never in Packages
    return db.bytes()


CASES = {
    'bdb-little-endian': ('Packages', bdb(False, ALL)),
    'bdb-big-endian': ('Packages', bdb(True, ALL, 1024)),
    'bdb-inline': ('Packages', inline_bdb()),
    'bdb-overflow-cycle': ('Packages', cycle_bdb()),
    'bdb-cut-off': ('Packages', bdb(False, ALL)[:-700]),
    'bdb-short': ('Packages', bdb(False, ALL)[:-1024]),
    'all-broken': ('rpmdb.sqlite', sqlite(BROKEN[2:])),
    'bdb-checksummed': ('Packages', bdb(False, ALL[:1])[:26] + b'\1' + bdb(False, ALL[:1])[27:]),
    'bdb-btree': ('Packages', bdb(False, ALL[:1])[:12] + struct.pack('<I', 0x053162) + bdb(False, ALL[:1])[16:]),
    'ndb': ('Packages.db', ndb(ALL)),
    'ndb-wrong-slot': ('Packages.db', ndb(ALL[:3], damage=(1,))),
    'ndb-cut-off': ('Packages.db', ndb(ALL[:3])[:4096 + 300]),
    'sqlite-small-pages': ('rpmdb.sqlite', sqlite(ALL)),
    'sqlite-large-pages': ('rpmdb.sqlite', sqlite(ALL, 65536)[:65536 * 8]),
    'sqlite-cycle': ('rpmdb.sqlite', cycle_sqlite()),
    'sqlite-cut-off': ('rpmdb.sqlite', sqlite(ALL, 1024)[:-1500]),
    'sqlite-no-table': ('rpmdb.sqlite', sqlite(ALL[:1], name='Other2')),
    'broken-headers': ('rpmdb.sqlite', sqlite(BROKEN)),
    'other-name': ('Packages', sqlite(ALL[:1])),
    'empty': ('Packages', b''),
    'text': ('Packages', b'Package: an index of Debian, not a database\n'),
}


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as f:
        f.write(data)


for case, (name, data) in CASES.items():
    write('%s/%s/input' % (OUT, case), data)
    expect = '%s/%s/expect' % (OUT, case)
    if not os.path.exists(expect):
        write(expect, b'path var/lib/rpm/%s\n' % name.encode())
for case in ('bdb-little-endian', 'bdb-big-endian', 'ndb', 'sqlite-small-pages', 'broken-headers', 'sqlite-cycle'):
    write('%s/pkg_rpmdb/%s' % (CORPUS, case), CASES[case][1])
for i, blob in enumerate(ALL[:7] + BROKEN):
    write('%s/pkg_rpmhdr/%d' % (CORPUS, i), blob)
