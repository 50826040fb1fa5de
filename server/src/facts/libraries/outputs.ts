/**
 * Outputs by effect: one row a library call. `call` names the way to it (see `types.ts`): `pg:Pool#.query()`; `*` is any one name, `**` any way on.
 * `judge` says how to tell whether a repeat does harm; rows of a team's own come from the setting `outputs` and look the same.
 */
import { messageRows } from './messageOutputs.ts'
import { adding, append, type Judge, type OutputRow, rows, settingOnly } from './outputRow.ts'

export type { Judge, OutputRow } from './outputRow.ts'

const insert = append('a plain insert')

export const outputRows: readonly OutputRow[] = [
  // SQL clients
  ...rows('database', 'sql', [
    'pg:Pool#.query()',
    'pg:Client#.query()',
    'mysql2:Pool#.query()',
    'mysql2:Pool#.execute()',
    'mysql2:Connection#.query()',
    'mysql2:Connection#.execute()',
  ]),
  ...rows('database', 'sql', [
    'postgres:Sql#()',
    'postgres:Sql#.unsafe()',
    'postgres:Sql#.begin().()',
    'mssql:Request#.query()',
    'oracledb:Connection#.execute()',
    'sqlite:Database#.run()',
    'better-sqlite3:Database#.exec()',
  ]),
  ...rows('database', 'sql', [
    'sequelize:Sequelize#.query()',
    'typeorm:DataSource#.query()',
    'typeorm:EntityManager#.query()',
    'typeorm:Repository#.query()',
    'typeorm:QueryRunner#.query()',
    'knex:Knex#.raw()',
    'drizzle-orm:Db#.execute()',
  ]),
  ...rows('database', 'sql', [
    '@prisma/client:PrismaClient#.$executeRaw()',
    '@prisma/client:PrismaClient#.$executeRawUnsafe()',
    '@prisma/client:PrismaClient#.$queryRaw()',
  ]),
  ...rows('database', 'sql', [
    '@tidemark/runtime:Tx#.query()',
    '@tidemark/runtime:Tx#.execute()',
    '@tidemark/runtime:Tx#.send()',
  ]),
  { call: '@tidemark/runtime:Tx#.run()', kind: 'database', judge: 'sql', isAsync: false },
  { call: 'node:sqlite:DatabaseSync#.exec()', kind: 'database', judge: 'sql', isAsync: false },
  { call: 'node:sqlite:StatementSync#.run()', kind: 'database', judge: 'sql', isAsync: false },
  { call: 'better-sqlite3:Statement#.run()', kind: 'database', judge: 'sql', isAsync: false },
  // Prisma
  ...rows('database', insert, ['@prisma/client:PrismaClient#.*.create()']),
  {
    call: '@prisma/client:PrismaClient#.*.createMany()',
    kind: 'database',
    judge: append('a plain insert', /skipDuplicates/),
  },
  ...rows('database', 'repeatable', [
    '@prisma/client:PrismaClient#.*.delete()',
    '@prisma/client:PrismaClient#.*.deleteMany()',
  ]),
  ...rows('database', adding(settingOnly), [
    '@prisma/client:PrismaClient#.*.update()',
    '@prisma/client:PrismaClient#.*.updateMany()',
    '@prisma/client:PrismaClient#.*.upsert()',
  ]),
  // TypeORM
  ...rows('database', insert, [
    'typeorm:Repository#.insert()',
    'typeorm:EntityManager#.insert()',
    'typeorm:BaseEntity.insert()',
  ]),
  ...rows('database', 'save', [
    'typeorm:Repository#.save()',
    'typeorm:EntityManager#.save()',
    'typeorm:BaseEntity.save()',
    'typeorm:BaseEntity#.save()',
    'sequelize:Model.create()',
    'sequelize:Model.**.save()',
    'typeorm:BaseEntity.**.save()',
  ]),
  ...rows('database', 'repeatable', [
    'typeorm:Repository#.upsert()',
    'typeorm:EntityManager#.upsert()',
    'typeorm:Repository#.update()',
    'typeorm:EntityManager#.update()',
    'typeorm:Repository#.delete()',
    'typeorm:EntityManager#.delete()',
    'typeorm:Repository#.remove()',
    'typeorm:Repository#.softDelete()',
    'typeorm:Repository#.softRemove()',
    'typeorm:BaseEntity.upsert()',
    'typeorm:BaseEntity.update()',
    'typeorm:BaseEntity.delete()',
    'typeorm:BaseEntity.remove()',
    'typeorm:BaseEntity.softRemove()',
    'typeorm:BaseEntity#.remove()',
    'typeorm:BaseEntity#.softRemove()',
    'typeorm:BaseEntity.**.remove()',
    'typeorm:BaseEntity.**.softRemove()',
  ]),
  ...rows('database', adding(), [
    'typeorm:Repository#.increment()',
    'typeorm:Repository#.decrement()',
    'typeorm:EntityManager#.increment()',
  ]),
  {
    call: 'typeorm:**.insert().into().values()',
    kind: 'database',
    judge: append('a plain insert', /\.(?:orUpdate|orIgnore|onConflict)\b/),
  },
  ...rows('database', 'builder-set', ['typeorm:**.createQueryBuilder().update().set()']),
  ...rows('database', 'repeatable', [
    'typeorm:**.createQueryBuilder().delete()',
    'typeorm:**.createQueryBuilder().softDelete()',
  ]),
  // Sequelize
  {
    call: 'sequelize:Model.bulkCreate()',
    kind: 'database',
    judge: append('a plain insert', /updateOnDuplicate|ignoreDuplicates/),
  },
  ...rows('database', 'repeatable', [
    'sequelize:Model.upsert()',
    'sequelize:Model.findOrCreate()',
    'sequelize:Model.update()',
    'sequelize:Model.destroy()',
    'sequelize:Model.**.update()',
    'sequelize:Model.**.destroy()',
  ]),
  ...rows('database', adding(), [
    'sequelize:Model.increment()',
    'sequelize:Model.decrement()',
    'sequelize:Model.**.increment()',
    'sequelize:Model.**.decrement()',
  ]),
  // Knex, Drizzle, Kysely
  { call: 'knex:Knex#().insert()', kind: 'database', judge: append('a plain insert', /\.onConflict\b/) },
  { call: 'knex:Knex#.insert()', kind: 'database', judge: append('a plain insert', /\.onConflict\b/) },
  { call: 'knex:Knex#.batchInsert()', kind: 'database', judge: insert },
  ...rows('database', adding(), [
    'knex:Knex#().increment()',
    'knex:Knex#().where().increment()',
    'knex:Knex#().where().decrement()',
  ]),
  ...rows('database', 'repeatable', [
    'knex:Knex#().where().update()',
    'knex:Knex#().where().del()',
    'knex:Knex#().where().delete()',
    'knex:Knex#().update()',
  ]),
  {
    call: 'drizzle-orm:Db#.insert().values()',
    kind: 'database',
    judge: append('a plain insert', /\.onConflictDo|\.onDuplicateKeyUpdate/),
  },
  ...rows('database', 'repeatable', ['drizzle-orm:Db#.update().set()', 'drizzle-orm:Db#.delete()']),
  {
    call: 'kysely:Kysely#.insertInto().values()',
    kind: 'database',
    judge: append('a plain insert', /\.onConflict|\.ignore\(|\.onDuplicateKeyUpdate/),
  },
  // MongoDB, Mongoose
  ...rows('document', 'save', [
    'mongodb:Collection#.insertOne()',
    'mongodb:Collection#.insertMany()',
    'mongoose:Model.create()',
    'mongoose:Model.insertMany()',
    'mongoose:Document#.save()',
    'mongoose:Model.save()',
    'mongoose:Model.**.save()',
  ]),
  ...rows('document', 'mongo-update', [
    'mongodb:Collection#.updateOne()',
    'mongodb:Collection#.updateMany()',
    'mongodb:Collection#.findOneAndUpdate()',
    'mongodb:Collection#.bulkWrite()',
    'mongoose:Model.updateOne()',
    'mongoose:Model.updateMany()',
    'mongoose:Model.findOneAndUpdate()',
    'mongoose:Model.findByIdAndUpdate()',
    'mongoose:Model.bulkWrite()',
  ]),
  ...rows('document', 'repeatable', [
    'mongodb:Collection#.replaceOne()',
    'mongodb:Collection#.deleteOne()',
    'mongodb:Collection#.deleteMany()',
    'mongoose:Model.deleteOne()',
    'mongodb:Collection#.findOneAndDelete()',
    'mongodb:Collection#.findOneAndReplace()',
    'mongoose:Model.deleteMany()',
    'mongoose:Model.replaceOne()',
    'mongoose:Model.findOneAndReplace()',
    'mongoose:Model.findOneAndDelete()',
    'mongoose:Model.findOneAndRemove()',
    'mongoose:Model.findByIdAndDelete()',
    'mongoose:Model.findByIdAndRemove()',
  ]),
  // Redis
  ...redis(
    [
      'incr',
      'incrby',
      'incrBy',
      'incrbyfloat',
      'decr',
      'decrby',
      'decrBy',
      'hincrby',
      'hIncrBy',
      'hincrbyfloat',
      'zincrby',
      'zIncrBy',
    ],
    adding(),
  ),
  ...redis(['lpush', 'lPush', 'rpush', 'rPush', 'append', 'xadd', 'xAdd', 'publish'], append('an append')),
  ...redis(['set'], 'redis-set'),
  ...redis(
    [
      'hset',
      'hSet',
      'hmset',
      'sadd',
      'sAdd',
      'zadd',
      'zAdd',
      'setex',
      'setEx',
      'mset',
      'del',
      'srem',
      'hdel',
      'expire',
      'setnx',
      'setNX',
    ],
    'repeatable',
  ),
  // What stands between is in the name of the way: `multi().incr().exec()`.
  {
    call: 'ioredis:Pipeline#.**.exec()',
    kind: 'cache',
    judge: append('commands that add', /^(?!.*\.\w*(?:incr|decr|push|append|xadd|publish)\w*\(\))/is),
  },
  // HTTP
  ...rows('http', 'http', [
    'global:fetch()',
    'node-fetch:()',
    'undici:fetch()',
    'undici:request()',
    'axios:()',
    'axios:post()',
    'axios:patch()',
    'axios:put()',
    'axios:delete()',
    'axios:request()',
    'got:()',
    'got:post()',
    'got:patch()',
    'superagent:post()',
    '@nestjs/axios:HttpService#.post()',
    '@nestjs/axios:HttpService#.patch()',
    '@nestjs/axios:HttpService#.put()',
    '@nestjs/axios:HttpService#.delete()',
    '@nestjs/axios:HttpService#.request()',
  ]),
  // Kafka
  ...rows('produce', 'produce', [
    'kafkajs:Producer#.send()',
    'kafkajs:Producer#.sendBatch()',
    '@confluentinc/kafka-javascript:Producer#.send()',
    '@confluentinc/kafka-javascript:Producer#.sendBatch()',
    '@platformatic/kafka:Producer#.send()',
  ]),
  ...rows('produce', 'produce', [
    'kafkajs:Transaction#.send()',
    'kafkajs:Transaction#.sendBatch()',
    '@confluentinc/kafka-javascript:Transaction#.send()',
    '@confluentinc/kafka-javascript:Transaction#.sendBatch()',
  ]),
  ...rows('produce', 'produce', ['@nestjs/microservices:ClientKafka#.emit()']),
  // A request and its reply: what the other side does with it twice is its own matter.
  { call: '@nestjs/microservices:ClientKafka#.send()', kind: 'produce', judge: 'request' },
  { call: 'node-rdkafka:RdProducer#.produce()', kind: 'produce', judge: 'produce', isAsync: false },
  { call: '@confluentinc/kafka-javascript:RdProducer#.produce()', kind: 'produce', judge: 'produce', isAsync: false },
  { call: '@confluentinc/kafka-javascript:Producer#.produce()', kind: 'produce', judge: 'produce', isAsync: false },
  ...messageRows,
]

function redis(names: readonly string[], judge: Judge): OutputRow[] {
  return ['ioredis:Redis#', 'redis:Client#'].flatMap(type =>
    names.map((name): OutputRow => ({ call: `${type}.${name}()`, kind: 'cache', judge })),
  )
}
