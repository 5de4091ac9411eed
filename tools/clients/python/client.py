"""Signs in and looks after tokens with InfluxData's Python client, and prints what it sees.

Reads from standard input, as JSON: url, username, password, org, bucket, token. Prints a JSON object: what each step came to.
"""

import json
import sys

from influxdb_client import (
    Authorization,
    InfluxDBClient,
    Permission,
    PermissionResource,
    User,
)
from influxdb_client.client.exceptions import InfluxDBError

given = json.load(sys.stdin)
url, org, bucket = given["url"], given["org"], given["bucket"]
seen = {}


def plain(value):
    """What the client made of an answer, as JSON has it."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else value


def step(title, run):
    """Runs a step and notes what it came to; returns what it gave."""
    try:
        result = run()
        seen[title] = plain(result)
        return result
    except InfluxDBError as error:
        body = json.loads(error.response.data or "{}")
        seen[title] = {"status": error.response.status, "code": body.get("code"), "message": body.get("message")}
    except (UnicodeError, AttributeError, IndexError) as error:
        seen[title] = type(error).__name__
    return None


def connect(**credential):
    return InfluxDBClient(url=url, org=org, **credential)


def granted(action, **resource):
    return Permission(action=action, resource=PermissionResource(**resource))


nobody = connect(token="")
step("ping", nobody.ping)
step("ready", lambda: nobody.ready().status)
step("health", lambda: [nobody.health().status, nobody.health().message])

client = connect(username=given["username"], password=given["password"])
me = step("me", client.users_api().me)
if me is not None:
    home = step("organization by name", lambda: client.organizations_api().find_organizations(org=org))[0]
    step("organization of an unknown name", lambda: client.organizations_api().find_organizations(org="nosuch"))
    step("organization by id", lambda: client.organizations_api().find_organization(home.id))
    found = step("bucket by name", lambda: client.buckets_api().find_bucket_by_name(bucket))
    step("bucket of an unknown name", lambda: client.buckets_api().find_bucket_by_name("nosuch"))
    step("bucket by id", lambda: client.buckets_api().find_bucket_by_id(found.id))
    step("first bucket of two", lambda: client.buckets_api().find_buckets(org=org, limit=1).buckets)
    step("every bucket", lambda: [each.name for each in client.buckets_api().find_buckets_iter(org=org, limit=2)])
    step("user by name", lambda: client.users_api().find_users(name=me.name))

    tokens = client.authorizations_api()
    permissions = [
        granted("read", type="buckets", id=found.id, org_id=home.id),
        granted("write", type="tasks", org_id=home.id),
    ]
    step("token without an organization", lambda: tokens.create_authorization(permissions=permissions))
    step("token without permissions", lambda: tokens.create_authorization(org_id=home.id))
    made = step("create a token", lambda: tokens.create_authorization(org_id=home.id, permissions=permissions))
    step("tokens of the user", lambda: tokens.find_authorizations_by_user_name(me.name))
    step("token by id", lambda: tokens.find_authorization_by_id(made.id))
    step("tokens of an unknown user", lambda: tokens.find_authorizations_by_user_name("nosuch"))
    step("clone the token", lambda: tokens.delete_authorization(tokens.clone_authorization(made)))

    narrow = connect(token=made.token)
    step("with the token: bucket by name", lambda: narrow.buckets_api().find_bucket_by_name(bucket).name)
    step("with the token: every bucket", lambda: [each.name for each in narrow.buckets_api().find_buckets().buckets])
    step("with the token: me", narrow.users_api().me)
    step("with the token: organizations", narrow.organizations_api().find_organizations)
    step("with the token: create a token", lambda: narrow.authorizations_api().create_authorization(home.id, permissions))

    made.status, made.description = "inactive", "ä paused one"
    step("deactivate the token", lambda: tokens.update_authorization(made))
    step("with the inactive token: bucket by id", lambda: narrow.buckets_api().find_bucket_by_id(found.id))
    made.status = "active"
    step("activate the token", lambda: tokens.update_authorization(made))
    step("with the active token: bucket by id", lambda: narrow.buckets_api().find_bucket_by_id(found.id).name)
    step("delete the token", lambda: tokens.delete_authorization(made))
    step("delete the token again", lambda: tokens.delete_authorization(made))
    step("with the deleted token: bucket by id", lambda: narrow.buckets_api().find_bucket_by_id(found.id))
    asleep = Authorization(org_id=home.id, permissions=permissions, status="inactive")
    unused = step("create an inactive token", lambda: tokens.create_authorization(authorization=asleep))
    step("delete the inactive token", lambda: tokens.delete_authorization(unused))

    other = step("create a user", lambda: client.users_api().create_user(name="pia"))
    step("create the user again", lambda: client.users_api().create_user(name="pia"))
    step("set a short password", lambda: client.users_api().update_password(other.id, "short"))
    step("set a password", lambda: client.users_api().update_password(other.id, "long enough"))
    step("sign in as the user", connect(username="pia", password="long enough").users_api().me)
    step("rename the user", lambda: client.users_api().update_user(User(id=other.id, name="pía")))
    step("delete the user", lambda: client.users_api().delete_user(other.id))

    cookie = client.api_client.cookie
    client.close()
    ended = connect(token="")
    ended.api_client.cookie = cookie
    step("me after signing out", ended.users_api().me)

step("me with a wrong password", connect(username=given["username"], password="wrong").users_api().me)
step("me of an unknown user", connect(username="nosuch", password="wrong").users_api().me)
step("me with a token", lambda: connect(token=given["token"]).users_api().me().name)
step("me with a wrong token", connect(token="wrong").users_api().me)
step("buckets with a wrong token", connect(token="wrong").buckets_api().find_buckets)

json.dump(seen, sys.stdout)
