import { Button, Input } from "antd";
import { useState } from "react";
import type { Setting } from "../../api/settings";
import { useApi, useSession } from "../../app/session";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { useLoad } from "../../parts/load";
import { Load, Page } from "../../parts/page";
import { groupSettings } from "./group";
import { SettingRow } from "./setting_row";
import "./settings.css";

export default function SettingsPage() {
  const { admin } = useText();
  const api = useApi();
  const { refresh } = useSession();
  const { busy, act } = useAction();
  const { common } = useText();
  const loaded = useLoad("settings", (signal) => api.settings.settings(signal));
  const [changes, setChanges] = useState<Record<string, Setting["value"]>>({});
  const [words, setWords] = useState("");
  const items = loaded.data?.items ?? [];
  const count = items.filter(({ key, value }) => (changes[key] ?? value) !== value).length;

  const change = (setting: Setting, value: Setting["value"]) => {
    const rest = Object.fromEntries(Object.entries(changes).filter(([key]) => key !== setting.key));
    setChanges(value === setting.value ? rest : { ...rest, [setting.key]: value });
  };
  const save = async () => {
    const work = async () => {
      const saved = await api.settings.change(changes);
      loaded.setData(() => saved);
      setChanges({});
    };
    // Where a model cannot be opened the settings are kept all the same, and the server says both.
    if (!(await act(work, common.saved))) loaded.reload();
    // Other models may be in use now.
    void refresh();
  };
  return (
    <Page title={admin.settings} intro={admin.settingsIntro}>
      <Input.Search
        allowClear
        className="settings-find"
        placeholder={admin.settingsFind}
        aria-label={admin.settingsFind}
        onChange={(event) => setWords(event.target.value)}
      />
      <Load of={loaded}>
        {() => (
          <>
            {groupSettings(items, words).map(([group, settings]) => (
              <section key={group}>
                <h2>{admin.groups[group]}</h2>
                {settings.map((setting) => (
                  <SettingRow
                    key={setting.key}
                    setting={setting}
                    value={changes[setting.key] ?? setting.value}
                    onChange={(value) => change(setting, value)}
                  />
                ))}
              </section>
            ))}
          </>
        )}
      </Load>
      {count > 0 && (
        <div className="settings-bar">
          <span role="status">{admin.changed(count)}</span>
          <Button onClick={() => setChanges({})}>{admin.discard}</Button>
          <Button type="primary" loading={busy} onClick={() => void save()}>
            {admin.saveChanges}
          </Button>
        </div>
      )}
    </Page>
  );
}
