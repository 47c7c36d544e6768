/** The keys, and the signs of the picture. */
import { t } from '../text/locale'
import { useApp } from './context'
import { Dialog } from './dialog'
import { Legend } from './legend'
import { Keeping } from './offline'

/** The sheet. */
export function Help() {
  const { ui, store } = useApp()
  const keys: [string[], string][] = [
    [['Space'], t('help.space')],
    [['←', '→'], t('help.arrows')],
    [['Shift ←', 'Shift →'], t('help.shift-arrows')],
    [['↑', '↓'], t('help.lanes')],
    [['[', ']'], t('help.brackets')],
    [['Home', 'End'], t('help.ends')],
    [[',', '.'], t('help.nudge')],
    [['+', '−', '0'], t('help.zoom')],
    [['t'], t('help.table')],
    [['/'], t('help.find')],
    [['l'], t('help.lens')],
    [['s'], t('help.sound')],
    [['a'], t('help.axis')],
    [['v'], t('help.view')],
    [['m'], t('help.measure')],
    [['n'], t('help.note')],
    [['f'], t('help.fold')],
    [['Alt ↑', 'Alt ↓'], t('help.move')],
    [['k'], t('help.keep')],
    [['b'], t('help.fork')],
    [['x'], t('help.explore')],
    [['Ctrl Z', 'Ctrl Shift Z'], t('help.undo')],
    [['?'], t('help.help')],
  ]
  return (
    <Dialog title={t('help.title')} close={() => (ui.dialog.value = null)}>
      <dl class="keys">
        {keys.map(([names, what]) => (
          <div key={what}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="row flag">
        <input
          type="checkbox"
          checked={ui.letters.value}
          onChange={(event) => {
            ui.letters.value = event.currentTarget.checked
            store.write('letters', String(ui.letters.value))
          }}
        />
        <span>{t('help.single')}</span>
      </label>
      <p class="quiet">{t('help.pointer')}</p>
      <h3>{t('help.legend')}</h3>
      <Legend />
      <Keeping />
    </Dialog>
  )
}
