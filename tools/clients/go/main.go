// Signs in and looks after tokens with InfluxData's Go client, and prints what it sees.
//
// Reads from standard input, as JSON: url, username, password, org, bucket, token. Prints a JSON object: what each step came to.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/api"
	"github.com/influxdata/influxdb-client-go/v2/api/http"
	"github.com/influxdata/influxdb-client-go/v2/domain"
)

var (
	ctx  = context.Background()
	seen = map[string]any{}
)

// step notes what a step came to, and returns what it gave.
func step[T any](title string, run func() (T, error)) T {
	result, err := run()
	var refused *http.Error
	switch {
	case err == nil:
		seen[title] = result
	case errors.As(err, &refused):
		seen[title] = map[string]any{"status": refused.StatusCode, "code": refused.Code, "message": refused.Message}
	default:
		// Most refusals the client tells as text alone: the code and the message.
		seen[title] = err.Error()
	}
	return result
}

// done is a step that gives nothing.
func done(title string, run func() error) {
	step(title, func() (string, error) { return "done", run() })
}

func main() {
	var given struct{ URL, Username, Password, Org, Bucket, Token string }
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		panic(err)
	}
	connect := func(token string) influxdb2.Client { return influxdb2.NewClient(given.URL, token) }

	nobody := connect("")
	step("ping", func() (bool, error) { return nobody.Ping(ctx) })
	step("ready", func() (*domain.ReadyStatus, error) {
		ready, err := nobody.Ready(ctx)
		if err != nil {
			return nil, err
		}
		return ready.Status, nil
	})
	step("health", func() (domain.HealthCheckStatus, error) {
		health, err := nobody.Health(ctx)
		if err != nil {
			return "", err
		}
		return health.Status, nil
	})

	client := connect("")
	users, buckets, orgs, tokens := client.UsersAPI(), client.BucketsAPI(), client.OrganizationsAPI(), client.AuthorizationsAPI()
	done("sign in", func() error { return users.SignIn(ctx, given.Username, given.Password) })
	me := step("me", func() (*domain.User, error) { return users.Me(ctx) })
	if me != nil {
		home := step("organization by name", func() (*domain.Organization, error) { return orgs.FindOrganizationByName(ctx, given.Org) })
		step("organization of an unknown name", func() (*domain.Organization, error) { return orgs.FindOrganizationByName(ctx, "nosuch") })
		step("organization by id", func() (*domain.Organization, error) { return orgs.FindOrganizationByID(ctx, *home.Id) })
		bucket := step("bucket by name", func() (*domain.Bucket, error) { return buckets.FindBucketByName(ctx, given.Bucket) })
		step("bucket of an unknown name", func() (*domain.Bucket, error) { return buckets.FindBucketByName(ctx, "nosuch") })
		step("bucket by id", func() (*domain.Bucket, error) { return buckets.FindBucketByID(ctx, *bucket.Id) })
		step("buckets of the organization", func() (*[]domain.Bucket, error) { return buckets.FindBucketsByOrgName(ctx, given.Org) })
		step("second bucket of the organization", func() (*[]domain.Bucket, error) {
			return buckets.FindBucketsByOrgID(ctx, *home.Id, api.PagingWithLimit(1), api.PagingWithOffset(1))
		})
		step("users", func() (*[]domain.User, error) { return users.GetUsers(ctx) })
		step("user by name", func() (*domain.User, error) { return users.FindUserByName(ctx, me.Name) })

		permissions := []domain.Permission{
			{Action: domain.PermissionActionRead, Resource: domain.Resource{Type: domain.ResourceTypeBuckets, Id: bucket.Id, OrgID: home.Id}},
			{Action: domain.PermissionActionWrite, Resource: domain.Resource{Type: domain.ResourceTypeTasks, OrgID: home.Id}},
		}
		step("token without permissions", func() (*domain.Authorization, error) {
			return tokens.CreateAuthorizationWithOrgID(ctx, *home.Id, nil)
		})
		made := step("create a token", func() (*domain.Authorization, error) {
			return tokens.CreateAuthorizationWithOrgID(ctx, *home.Id, permissions)
		})
		step("tokens of the user", func() (*[]domain.Authorization, error) { return tokens.FindAuthorizationsByUserName(ctx, me.Name) })
		step("tokens of the organization", func() (*[]domain.Authorization, error) { return tokens.FindAuthorizationsByOrgName(ctx, given.Org) })
		step("tokens of an unknown user", func() (*[]domain.Authorization, error) { return tokens.FindAuthorizationsByUserName(ctx, "nosuch") })

		narrow := connect(*made.Token)
		byID := func() (*domain.Bucket, error) { return narrow.BucketsAPI().FindBucketByID(ctx, *bucket.Id) }
		step("with the token: bucket by name", func() (*domain.Bucket, error) { return narrow.BucketsAPI().FindBucketByName(ctx, given.Bucket) })
		step("with the token: every bucket", func() (*[]domain.Bucket, error) { return narrow.BucketsAPI().GetBuckets(ctx) })
		step("with the token: me", func() (*domain.User, error) { return narrow.UsersAPI().Me(ctx) })
		step("with the token: organizations", func() (*[]domain.Organization, error) { return narrow.OrganizationsAPI().GetOrganizations(ctx) })
		step("deactivate the token", func() (*domain.Authorization, error) {
			return tokens.UpdateAuthorizationStatus(ctx, made, domain.AuthorizationUpdateRequestStatusInactive)
		})
		step("with the inactive token: bucket by id", byID)
		step("activate the token", func() (*domain.Authorization, error) {
			return tokens.UpdateAuthorizationStatus(ctx, made, domain.AuthorizationUpdateRequestStatusActive)
		})
		step("with the active token: bucket by id", byID)
		done("delete the token", func() error { return tokens.DeleteAuthorization(ctx, made) })
		done("delete the token again", func() error { return tokens.DeleteAuthorization(ctx, made) })
		step("with the deleted token: bucket by id", byID)
		narrow.Close()

		user := step("create a user", func() (*domain.User, error) { return users.CreateUserWithName(ctx, "pia") })
		step("create the user again", func() (*domain.User, error) { return users.CreateUserWithName(ctx, "pia") })
		done("set a short password", func() error { return users.UpdateUserPassword(ctx, user, "short") })
		done("set a password", func() error { return users.UpdateUserPassword(ctx, user, "lång enough") })
		pia := connect("")
		done("sign in as the user", func() error { return pia.UsersAPI().SignIn(ctx, "pia", "lång enough") })
		done("change the own password, the old one wrong", func() error { return pia.UsersAPI().MeUpdatePassword(ctx, "wrong one", "newer: € one") })
		done("change the own password", func() error { return pia.UsersAPI().MeUpdatePassword(ctx, "lång enough", "newer: € one") })
		step("me after that", func() (*domain.User, error) { return pia.UsersAPI().Me(ctx) })
		done("sign in with the new password", func() error { return connect("").UsersAPI().SignIn(ctx, "pia", "newer: € one") })
		done("sign in with the old password", func() error { return connect("").UsersAPI().SignIn(ctx, "pia", "lång enough") })
		done("delete the user", func() error { return users.DeleteUser(ctx, user) })
		done("sign out", func() error { return users.SignOut(ctx) })
		step("me after signing out", func() (*domain.User, error) { return users.Me(ctx) })
		done("sign out again", func() error { return users.SignOut(ctx) })
	}

	done("sign in with a wrong password", func() error { return connect("").UsersAPI().SignIn(ctx, given.Username, "wrong") })
	done("sign in as an unknown user", func() error { return connect("").UsersAPI().SignIn(ctx, "nosuch", "wrong") })
	step("me with a token", func() (*domain.User, error) { return connect(given.Token).UsersAPI().Me(ctx) })
	step("me with a wrong token", func() (*domain.User, error) { return connect("wrong").UsersAPI().Me(ctx) })
	step("buckets with a wrong token", func() (*[]domain.Bucket, error) { return connect("wrong").BucketsAPI().GetBuckets(ctx) })

	if err := json.NewEncoder(os.Stdout).Encode(seen); err != nil {
		panic(err)
	}
}
