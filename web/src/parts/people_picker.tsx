import { TeamOutlined, UserOutlined } from "@ant-design/icons";
import { Select } from "antd";
import type { Sharer } from "../api/ask";
import { useApi } from "../app/session";
import { oneLine } from "../text/printable";
import { Load } from "./page";
import { useLoad } from "./load";

const keyOf = (one: Sharer) => (one.group !== undefined ? `g${one.group}` : `u${one.user ?? 0}`);
const sharerOf = (key: string): Sharer =>
  key.startsWith("g") ? { group: Number(key.slice(1)) } : { user: Number(key.slice(1)) };

/** Users and groups by name. */
export function PeoplePicker(props: {
  chosen: Sharer[];
  label: string;
  onChange: (chosen: Sharer[]) => void;
}) {
  const api = useApi();
  const directory = useLoad("directory", (signal) => api.people.directory(signal));
  return (
    <Load of={directory}>
      {({ users, groups }) => (
        <Select
          mode="multiple"
          className="wide-input"
          value={props.chosen.map(keyOf)}
          placeholder={props.label}
          aria-label={props.label}
          optionFilterProp="title"
          options={[
            ...groups.map((group) => ({
              value: `g${group.id}`,
              title: oneLine(group.name),
              icon: <TeamOutlined />,
            })),
            ...users.map((user) => ({
              value: `u${user.id}`,
              title: oneLine(user.name),
              icon: <UserOutlined />,
            })),
          ].map(({ icon, ...option }) => ({
            ...option,
            label: (
              <>
                {icon} {option.title}
              </>
            ),
          }))}
          onChange={(keys: string[]) => props.onChange(keys.map(sharerOf))}
        />
      )}
    </Load>
  );
}
