// A tus server that is not ours (@tus/server), for our uploads: node tus_server.mjs MODULES FOLDER
import { createRequire } from 'node:module'
import http from 'node:http'
const [modules, folder] = process.argv.slice(2)
const require = createRequire(modules + '/package.json')
const { Server } = require('@tus/server')
const { FileStore } = require('@tus/file-store')
const tus = new Server({ path: '/v1/files', datastore: new FileStore({ directory: folder }) })
const server = http.createServer((asked, answer) => tus.handle(asked, answer))
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
