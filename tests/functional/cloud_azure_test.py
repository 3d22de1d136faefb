"""Certificates for VMs of Azure: the commands of the documents, one by one, in a network where Azure is ours.

Names of tests carry the ids of the rows.
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support.cloud import Clouds  # noqa: E402
from tests.support.cloud_case import CloudSeeds  # noqa: E402

ENROL = "step ca certificate foo.local foo.crt foo.key --provisioner Azure"
SECOND = "step ca certificate bar.local bar.crt bar.key --provisioner Azure"
TENANT = "bc9043e2-b645-4c1c-a87a-78f8644bfe57"
LABEL = f"Azure (Azure) [tenant: {TENANT}]"
ADD = (f"step ca provisioner add Azure --type Azure --azure-tenant {TENANT} --azure-resource-group identity"
       " --azure-resource-group accounting")
GROUP = "/subscriptions/dc760a01-2886-4a84-9abc-f3508e0f87d9/resourceGroups/identity/providers/"


def setUpModule():
    CloudSeeds.clouds = Clouds()
    unittest.addModuleCleanup(CloudSeeds.clouds.close)


class Seeds(CloudSeeds):
    def setUp(self):
        super().setUp()
        self.clouds.azure.start()

    def begin(self, add=ADD, **members):
        done = self.on_ca(add)
        self.assertNotIn("warning", done.stderr)
        self.set("Azure", **members)
        self.start()
        self.bootstrap()

    def test_S002_53_the_entry(self):
        self.on_ca(ADD)
        entry = self.provisioner("Azure")
        self.assertEqual((entry["tenantID"], entry["resourceGroups"], entry["audience"]),
                         (TENANT, ["identity", "accounting"], "https://management.azure.com/"))

    def test_S000_06_07_S001_11_13_a_certificate_its_renewal_and_no_second_one(self):
        self.begin()
        self.enrol(ENROL, LABEL)
        names = ("  Subject:     foo.local", rf"               {self.clouds.azure.vm['name']}", "  Issuer:      My Intermediate CA",
                 r"  Provisioner: Azure \[ID: bc90\.\.\.fe57\]")
        self.assertShort("foo.crt", *names)
        self.assertRefused(SECOND)
        self.on_vm("step ca renew --force foo.crt foo.key")
        self.assertShort("foo.crt", *names)
        self.start()
        self.assertRefused(SECOND)

    def test_S001_08_10_only_the_name_that_the_cloud_gave(self):
        self.begin(disableCustomSANs=True)
        self.assertEqual(self.on_vm(f"{ENROL} --san other.local", check=False).returncode, 1)
        name = self.clouds.azure.vm["name"]
        self.enrol(f"step ca certificate {name} vm.crt vm.key --provisioner Azure", LABEL, "vm.crt", "vm.key")
        self.assertEqual(self.names(self.vm_home.file("vm.crt")), (name, [f"DNS:{name}"]))

    def test_S001_12_more_than_one_certificate_where_the_provisioner_allows_it(self):
        self.begin(disableTrustOnFirstUse=True)
        self.enrol(ENROL, LABEL)
        self.enrol(SECOND, LABEL, "bar.crt", "bar.key")

    def test_S000_P1_other_groups_and_tenants(self):
        self.begin()
        self.clouds.azure.start(resourceGroupName="elsewhere")
        self.assertRefused(ENROL)
        self.clouds.azure.start(tid="b17c217c-84db-43f0-babd-e06a71083cda")
        self.assertRefused(ENROL)
        self.clouds.azure.start(resourceGroupName="accounting")
        self.enrol(ENROL, LABEL)

    def test_S002_54_the_block_of_the_documents(self):
        folder = self.ca.steppath / "templates/certs/x509"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "default.tpl").write_text('{"subject": {{ toJson .Subject }}, "sans": {{ toJson .SANs }},'
                                            ' "keyUsage": ["digitalSignature"], "extKeyUsage": ["serverAuth", "clientAuth"]}')
        block = {"type": "Azure", "name": "Microsoft Azure", "tenantId": TENANT, "resourceGroups": ["backend", "accounting"],
                 "audience": "https://management.azure.com/", "disableCustomSANs": False, "disableTrustOnFirstUse": False,
                 "claims": {"maxTLSCertDuration": "2160h", "defaultTLSCertDuration": "2160h"},
                 "options": {"x509": {"templateFile": "templates/certs/x509/default.tpl"}}}
        self.change(self.ca, lambda provisioners: provisioners.append(block))
        self.start()
        self.bootstrap()
        line = 'step ca certificate foo.local foo.crt foo.key --provisioner "Microsoft Azure"'
        self.assertRefused(line)
        self.clouds.azure.start(resourceGroupName="backend")
        self.enrol(line, f"Microsoft Azure (Azure) [tenant: {TENANT}]")


class Machine(CloudSeeds):
    """What `step` and the CA do beyond the documents."""

    def setUp(self):
        super().setUp()
        self.clouds.azure.start()

    def begin(self, **more):
        entry = self.entry("Azure", name="Azure", resourceGroups=[], **more)
        self.change(self.ca, lambda provisioners: provisioners.append(entry))
        self.start()
        self.bootstrap()

    def test_user_assigned_identities(self):
        self.begin()
        self.clouds.azure.start(resourceId=GROUP + "Microsoft.ManagedIdentity/userAssignedIdentities/web")
        self.enrol(ENROL, LABEL)
        self.assertEqual(self.names(self.vm_home.file("foo.crt")), ("foo.local", ["DNS:foo.local", "DNS:web"]))

    def test_scale_sets(self):
        self.begin()
        self.clouds.azure.start(resourceId=GROUP + "Microsoft.Compute/virtualMachineScaleSets/set1")
        self.enrol(ENROL, LABEL)

    def test_subscriptions_and_object_ids(self):
        vm = self.clouds.azure.vm
        self.begin(subscriptionIDs=[vm["subscriptionId"]], objectIDs=[vm["oid"]])
        self.enrol(ENROL, LABEL)
        self.clouds.azure.start()
        self.assertRefused(SECOND)
        self.clouds.azure.start(oid=vm["oid"], subscriptionId="ffffffff-2886-4a84-9abc-f3508e0f87d9")
        self.assertRefused(SECOND)

    def test_an_audience_of_its_own_is_asked_for(self):
        self.begin(audience="api://step-ca")
        self.enrol(ENROL, LABEL)

    def test_other_clouds_of_azure(self):
        self.addCleanup(setattr, self.clouds.azure, "environment", "AzurePublicCloud")
        self.begin()
        self.clouds.azure.environment = "AzureUSGovernmentCloud"
        token = self.on_vm("step ca token foo.local --provisioner Azure | step crypto jwt inspect --insecure").stdout
        self.assertIn("https://management.usgovcloudapi.net/", token)

    def test_a_vm_without_an_identity(self):
        self.begin()
        self.clouds.azure.no_identity = True
        self.addCleanup(setattr, self.clouds.azure, "no_identity", False)
        done = self.on_vm(ENROL, check=False)
        self.assertIn("error getting identity token: status=400, response=", done.stderr)
        self.assertIn("Identity not found", done.stderr)

    def test_a_request_made_before(self):
        self.begin()
        self.on_vm("step certificate create --csr --no-password --insecure --san a.local foo.local foo.csr foo.key")
        self.on_vm("step ca sign foo.csr foo.crt --provisioner Azure")
        self.assertEqual(self.names(self.vm_home.file("foo.crt")), ("foo.local", ["DNS:a.local"]))

    def test_the_CA_starts_without_azure_and_works_when_it_is_back(self):
        self.clouds.close_providers()
        self.addCleanup(lambda: self.clouds.providers or self.clouds.open_providers())
        self.begin()
        self.assertEqual(self.on_vm(ENROL, check=False).returncode, 1)
        self.clouds.open_providers()
        self.until_enrolled(ENROL)

    def test_off_the_cloud(self):
        self.begin()
        self.off_cloud(ENROL, "error getting azure environment: no metadata service answered at http://169.254.169.254; "
                              "is this a VM on Azure?")

    def test_a_service_that_is_silent(self):
        self.begin()
        self.silent_cloud(ENROL, "is this a VM on Azure?")


if __name__ == "__main__":
    unittest.main()
