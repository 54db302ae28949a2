// A bot made with telegraf, unchanged, for tests/it/peers_telegram.rs. It does what tests/peers/telegram_ptb.py does.
//
// Usage: telegraf.js BASE_URL TOKEN. One JSON line when it polls and one for each thing worth telling. It ends when
// its standard input does.

const zlib = require('node:zlib')
const { Markup, Telegraf } = require('telegraf')
const { message } = require('telegraf/filters')

const [base, token] = process.argv.slice(2)

function tell(what) {
  process.stdout.write(JSON.stringify(what) + '\n')
}

// A grey square.
function png(side) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data])
    const whole = Buffer.alloc(body.length + 8)
    whole.writeUInt32BE(data.length)
    body.copy(whole, 4)
    whole.writeUInt32BE(crc(body), body.length + 4)
    return whole
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side)
  head.writeUInt32BE(side, 4)
  head[8] = 8
  const row = Buffer.concat([Buffer.alloc(1), Buffer.alloc(side, 0x80)])
  const rows = zlib.deflateSync(Buffer.concat(Array(side).fill(row)))
  const begin = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([begin, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))])
}

function crc(bytes) {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return (sum ^ 0xffffffff) >>> 0
}

// Sends until the service does not say when to come again.
async function obeying(send) {
  for (;;) {
    try {
      return await send()
    } catch (error) {
      const seconds = error.parameters?.retry_after
      if (error.code !== 429 || !seconds) throw error
      tell({ retry_after: seconds })
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    }
  }
}

const bot = new Telegraf(token, { telegram: { apiRoot: base } })
const keys = Markup.inlineKeyboard([Markup.button.callback('Edit', 'edit'), Markup.button.callback('Alert', 'alert')])

bot.command('hello', (ctx) =>
  obeying(() =>
    ctx.replyWithHTML(`<b>hello</b> ${ctx.from.first_name}`, {
      ...keys,
      reply_parameters: { message_id: ctx.message.message_id },
    }),
  ),
)
bot.action('edit', async (ctx) => {
  await ctx.answerCbQuery('edited')
  await ctx.editMessageText('<i>edited</i>', { parse_mode: 'HTML' })
})
bot.action('alert', (ctx) => ctx.answerCbQuery('look here', { show_alert: true }))
bot.command('file', (ctx) =>
  ctx.replyWithDocument({ source: Buffer.from('hostname R1'), filename: 'R1.cfg' }, { caption: 'the file' }),
)
bot.command('photo', (ctx) =>
  ctx.replyWithPhoto({ source: png(16) }, { caption: '<u>square</u>', parse_mode: 'HTML' }),
)
bot.command('album', (ctx) =>
  ctx.replyWithMediaGroup(
    ['one', 'two'].map((text, at) => ({
      type: 'document',
      media: { source: Buffer.from(text), filename: `${at + 1}.txt` },
    })),
  ),
)
bot.command('menu', async (ctx) => {
  await ctx.telegram.setMyCommands([{ command: 'hello', description: 'says hello' }])
  await ctx.reply('menu set')
})
bot.on(message('document'), async (ctx) => {
  const { file_id: id, file_name: name } = ctx.message.document
  const answer = await fetch(await ctx.telegram.getFileLink(id))
  await ctx.reply(`${name}: ${await answer.text()}`)
})
bot.on(message('text'), (ctx) => obeying(() => ctx.reply(ctx.message.text)))
bot.catch((error) => tell({ wrong: String(error) }))

process.stdin.on('end', () => {
  bot.stop('the test is over')
  tell({ ended: true })
  process.exit(0)
})
process.stdin.resume()
bot.launch(() => tell({ ready: bot.botInfo.username })).catch((error) => {
  tell({ wrong: String(error) })
  process.exit(1)
})
