import { TeamOutlined, UserOutlined } from "@ant-design/icons";
import { Select } from "antd";
import type { Sharer } from "../api/ask";
import type { Directory } from "../api/people";
import { useApi } from "../app/session";
import { oneLine } from "../text/printable";
import { Load } from "./page";
import { useLoad } from "./load";

const keyOf = (one: Sharer) => (one.group !== undefined ? `g${one.group}` : `u${one.user ?? 0}`);
const sharerOf = (key: string): Sharer =>
  key.startsWith("g") ? { group: Number(key.slice(1)) } : { user: Number(key.slice(1)) };

/** Chosen before, and not to be chosen any more: a locked account, a group that one has left. */
const unknown = (chosen: Sharer[], { users, groups }: Directory) =>
  chosen
    .filter(
      ({ user, group }) => !(group !== undefined ? groups : users).some(({ id }) => id === (group ?? user)),
    )
    .map((one) => ({
      value: keyOf(one),
      title: `#${one.group ?? one.user ?? 0}`,
      icon: one.group !== undefined ? <TeamOutlined /> : <UserOutlined />,
    }));

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
            ...unknown(props.chosen, { users, groups }),
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
