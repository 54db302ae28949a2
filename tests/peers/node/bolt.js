// A bot made with @slack/bolt, unchanged, for tests/it/peers_slack.rs. It does what tests/peers/slack_bolt_bot.py does.
//
// Usage: bolt.js API_URL BOT_TOKEN APP_TOKEN. One JSON line when it is connected and one for each thing worth telling.
// It ends when its standard input does.

const { App } = require('@slack/bolt')

const [base, token, appToken] = process.argv.slice(2)

function tell(what) {
  process.stdout.write(JSON.stringify(what) + '\n')
}

// The library says only in its log that it was told to wait.
const logger = {
  debug() {},
  info() {},
  error() {},
  warn(...words) {
    const seconds = /rate limit/i.test(words.join(' ')) && words.join(' ').match(/(\d+) ?s/)
    if (seconds) tell({ retry_after: Number(seconds[1]) })
  },
  setLevel() {},
  getLevel: () => 'info',
  setName() {},
}

const app = new App({ token, appToken, socketMode: true, logger, clientOptions: { slackApiUrl: `${base}/` } })
const plain = (text) => ({ type: 'plain_text', text })

app.command('/bw', async ({ ack, respond, command }) => {
  await ack(`looking at ${command.text}`)
  await respond({ text: `${command.text}: 5 Mb/s`, response_type: 'in_channel' })
})

app.event('app_mention', async ({ event, say }) => {
  await say({ text: `heard: ${event.text}`, thread_ts: event.thread_ts ?? event.ts })
})

app.command('/card', async ({ ack, say }) => {
  await ack()
  const elements = [
    { type: 'button', action_id: 'seen', text: plain('Seen'), value: '7', style: 'primary' },
    { type: 'external_select', action_id: 'device', placeholder: plain('device'), min_query_length: 0 },
  ]
  await say({
    text: 'R1 is down',
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: '*R1* is down' } },
      { type: 'actions', block_id: 'acts', elements },
    ],
  })
})

app.action('seen', async ({ ack, body, client }) => {
  await ack()
  await client.chat.update({
    channel: body.channel.id,
    ts: body.container.message_ts,
    text: `seen by ${body.user.username}: ${body.actions[0].value}`,
  })
})

app.options('device', async ({ ack, payload }) => {
  const names = ['R1', 'R2', 'S1'].filter((name) => name.startsWith(payload.value))
  await ack({ options: names.map((name) => ({ text: plain(name), value: name })) })
})

app.action('device', async ({ ack, body, respond }) => {
  await ack()
  await respond({ text: `chosen: ${body.actions[0].selected_option.value}`, replace_original: false })
})

app.command('/ask', async ({ ack, body, client }) => {
  await ack()
  const element = { type: 'plain_text_input', action_id: 'reason' }
  await client.views.open({
    trigger_id: body.trigger_id,
    view: {
      type: 'modal',
      callback_id: 'ask',
      title: plain('Why'),
      submit: plain('Send'),
      blocks: [{ type: 'input', block_id: 'why', label: plain('Reason'), element }],
    },
  })
})

app.view('ask', async ({ ack, body, client, view }) => {
  const reason = view.state.values.why.reason.value
  if (reason === 'short') return ack({ response_action: 'errors', errors: { why: 'say more' } })
  await ack()
  await client.chat.postMessage({ channel: body.user.id, text: `because ${reason}` })
})

app.command('/file', async ({ ack, body, client }) => {
  await ack()
  await client.filesUploadV2({
    channel_id: body.channel_id,
    content: 'hostname R1',
    filename: 'R1.cfg',
    title: 'R1',
    initial_comment: 'the file',
  })
})

app.command('/again', async ({ ack, say }) => {
  await ack()
  await say('again')
})

app.command('/oops', async ({ ack, say }) => {
  await ack()
  const section = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3000) } }
  try {
    await say({ text: 'long', blocks: Array(5).fill(section) })
  } catch (error) {
    tell({ refused: error.data.error })
  }
})

app.error(async (error) => tell({ wrong: String(error) }))

process.stdin.on('end', async () => {
  await app.stop()
  tell({ ended: true })
  process.exit(0)
})
process.stdin.resume()
app
  .start()
  .then(() => app.client.auth.test())
  .then((me) => tell({ ready: me.user }))
  .catch((error) => {
    tell({ wrong: String(error) })
    process.exit(1)
  })
