// Pulumi's language host for Node: what `pulumi up` starts to run a program.
//
// The official host of this version is in no registry, and the last one that is (v3.60.0) keeps the program from
// transforming resources: it relays the engine's monitor and does not know RegisterStackTransform. This one starts the
// same @pulumi/pulumi/cmd/run, with the options of Pulumi.yaml, and lets it speak with the engine itself.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// The exit code with which cmd/run says that it told the user everything.
const alreadyTold = 32

type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	engine string
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

func (h *host) Handshake(
	context.Context, *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// None: providers are attached by PULUMI_DEBUG_PROVIDERS, or named by the resources themselves.
func (h *host) GetRequiredPackages(
	context.Context, *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// Where cmd/run is, seen from the program.
func runPath(ctx context.Context, folder string) (string, error) {
	find := exec.CommandContext(ctx, "node", "-p", "require.resolve('@pulumi/pulumi/cmd/run')")
	find.Dir = folder
	find.Env = append(os.Environ(), "NODE_OPTIONS=")
	out, err := find.Output()
	if err != nil {
		return "", fmt.Errorf("no @pulumi/pulumi is installed for %s; run npm ci: %w", folder, err)
	}
	return strings.TrimSpace(string(out)), nil
}

func arguments(req *pulumirpc.RunRequest, run, engine string) []string {
	options := req.GetInfo().GetOptions().AsMap()
	nodeArgs, _ := options["nodeargs"].(string)
	args := append(strings.Fields(nodeArgs), run,
		"--monitor", req.GetMonitorAddress(), "--engine", engine,
		"--organization", req.GetOrganization(), "--project", req.GetProject(), "--stack", req.GetStack(),
		"--pwd", req.GetInfo().GetProgramDirectory(), "--parallel", strconv.Itoa(int(req.GetParallel())))
	if req.GetDryRun() {
		args = append(args, "--dry-run")
	}
	return append(append(args, req.GetInfo().GetEntryPoint()), req.GetArgs()...)
}

func environment(req *pulumirpc.RunRequest) ([]string, error) {
	config := map[string]string{}
	for key, value := range req.GetConfig() {
		config[strings.Replace(key, ":config:", ":", 1)] = value
	}
	configJSON, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	secretKeys := []string{}
	for _, key := range req.GetConfigSecretKeys() {
		secretKeys = append(secretKeys, strings.Replace(key, ":config:", ":", 1))
	}
	secretsJSON, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, err
	}
	env := append(os.Environ(), "PULUMI_CONFIG="+string(configJSON), "PULUMI_CONFIG_SECRET_KEYS="+string(secretsJSON))
	// As in the official host: TypeScript by ts-node, unless Pulumi.yaml says no.
	if typescript, given := req.GetInfo().GetOptions().AsMap()["typescript"].(bool); !given || typescript {
		env = append(env, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	return env, nil
}

func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	folder := req.GetInfo().GetProgramDirectory()
	run, err := runPath(ctx, folder)
	if err != nil {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	env, err := environment(req)
	if err != nil {
		return nil, err
	}
	program := exec.CommandContext(ctx, "node", arguments(req, run, h.engine)...)
	program.Dir, program.Env, program.Stdout, program.Stderr = folder, env, os.Stdout, os.Stderr
	err = program.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case errors.As(err, &exit) && exit.ExitCode() == alreadyTold:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit):
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("Program exited with non-zero exit code: %d", exit.ExitCode())}, nil
	default:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("cannot start node: %v", err)}, nil
	}
}

func main() {
	// Flags that engines pass to hosts; none of them matters here.
	flag.String("tracing", "", "")
	flag.String("root", "", "")
	flag.Parse()
	if flag.NArg() < 1 {
		fmt.Fprintln(os.Stderr, "pulumi-language-nodejs: the address of the engine is missing; Pulumi starts this program")
		os.Exit(2)
	}
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, &host{engine: flag.Arg(0)})
			return nil
		},
	})
	if err != nil {
		fmt.Fprintf(os.Stderr, "pulumi-language-nodejs: cannot listen: %v\n", err)
		os.Exit(1)
	}
	fmt.Printf("%d\n", handle.Port)
	if err := <-handle.Done; err != nil {
		fmt.Fprintf(os.Stderr, "pulumi-language-nodejs: %v\n", err)
		os.Exit(1)
	}
}
