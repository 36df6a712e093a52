import { DeleteOutlined, EditOutlined, UserAddOutlined } from "@ant-design/icons";
import { App, Button, Table, Tag } from "antd";
import { useState } from "react";
import type { Group, User } from "../../api/people";
import { useApi, useMe } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { Plain } from "../../parts/plain";
import { oneLine } from "../../text/printable";
import { UserDialog } from "./user_dialog";

export function UsersPane({
  users,
  groups,
  onChanged,
}: {
  users: User[];
  groups: Group[];
  onChanged: () => void;
}) {
  const { admin, common } = useText();
  const format = useFormat();
  const api = useApi();
  const me = useMe();
  const { modal } = App.useApp();
  const { act } = useAction();
  const [editing, setEditing] = useState<User | "new" | null>(null);

  const confirmRemove = (user: User) =>
    modal.confirm({
      title: admin.removeUserTitle(oneLine(user.name)),
      content: admin.removeUserHint,
      okText: common.remove,
      okButtonProps: { danger: true },
      onOk: async () => {
        if (await act(() => api.people.removeUser(user.id))) onChanged();
      },
    });
  return (
    <div className="stack">
      <Button type="primary" icon={<UserAddOutlined />} onClick={() => setEditing("new")}>
        {admin.addUser}
      </Button>
      <Table<User>
        rowKey="id"
        dataSource={users}
        scroll={{ x: 720 }}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          {
            title: common.name,
            render: (_, user) => (
              <>
                <Plain text={user.name} /> {user.id === me.user.id && <Tag>{admin.you}</Tag>}
                {user.disabled && <Tag color="error">{admin.disabled}</Tag>}
                {user.external && <div className="faint">{admin.external}</div>}
              </>
            ),
          },
          { title: admin.role, render: (_, user) => common.roles[user.role] },
          {
            title: admin.groupsOf,
            render: (_, user) =>
              groups
                .filter((group) => user.groups.includes(group.id))
                .map((group) => (
                  <Tag key={group.id}>
                    <Plain text={group.name} />
                  </Tag>
                )),
          },
          {
            title: admin.lastSeen,
            render: (_, user) => (user.last_seen === null ? common.never : format.ago(user.last_seen)),
          },
          {
            title: common.actions,
            align: "right",
            render: (_, user) => (
              <>
                <Button
                  type="text"
                  icon={<EditOutlined />}
                  aria-label={admin.editUser(oneLine(user.name))}
                  onClick={() => setEditing(user)}
                />
                <Button
                  type="text"
                  danger
                  disabled={user.id === me.user.id}
                  icon={<DeleteOutlined />}
                  aria-label={`${common.remove}: ${oneLine(user.name)}`}
                  onClick={() => confirmRemove(user)}
                />
              </>
            ),
          },
        ]}
      />
      {editing !== null && (
        <UserDialog
          user={editing === "new" ? null : editing}
          groups={groups}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null);
            onChanged();
          }}
        />
      )}
    </div>
  );
}
