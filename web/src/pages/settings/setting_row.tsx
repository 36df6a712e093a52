import { Button, Input, InputNumber, Select } from "antd";
import type { Setting } from "../../api/settings";
import { useText } from "../../lang/language";
import { Plain } from "../../parts/plain";

type Value = Setting["value"];

function Control({
  setting,
  value,
  onChange,
}: {
  setting: Setting;
  value: Value;
  onChange: (value: Value) => void;
}) {
  const label = setting.key;
  switch (setting.type) {
    case "number":
      return (
        <InputNumber
          value={Number(value)}
          aria-label={label}
          onChange={(next) => next !== null && onChange(next)}
        />
      );
    case "choice":
      return (
        <Select
          value={String(value)}
          aria-label={label}
          popupMatchSelectWidth={false}
          options={(setting.choices ?? []).map((choice) => ({ value: choice, label: choice }))}
          onChange={onChange}
        />
      );
    case "secret":
      return (
        <Input.Password
          value={String(value)}
          aria-label={label}
          maxLength={4000}
          autoComplete="off"
          visibilityToggle={value !== setting.value}
          onFocus={(event) => event.target.select()}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "text":
      return (
        <Input
          value={String(value)}
          aria-label={label}
          maxLength={4000}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

export function SettingRow(props: { setting: Setting; value: Value; onChange: (value: Value) => void }) {
  const { admin } = useText();
  const { setting, value, onChange } = props;
  const changed = value !== setting.value;
  return (
    <div className={changed ? "setting setting-changed" : "setting"}>
      <div className="setting-text">
        <Plain text={setting.text} />
        <div className="faint">
          <code>{setting.key}</code> · {admin.defaultIs(String(setting.default) || admin.emptyDefault)}
        </div>
      </div>
      <div className="setting-control">
        <Control setting={setting} value={value} onChange={onChange} />
        {value !== setting.default && (
          <Button
            size="small"
            type="link"
            aria-label={admin.toDefault(setting.key)}
            onClick={() => onChange(setting.default)}
          >
            {admin.default}
          </Button>
        )}
      </div>
    </div>
  );
}
